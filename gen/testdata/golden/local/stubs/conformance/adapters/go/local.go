package goadapter

import "example.com/local/sdk/authpi"

func (*arguments) account(string) (v *authpi.Account) { return }
