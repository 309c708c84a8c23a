package authpi

import "time"

type Account struct{}

func (*Account) ID() string                             { return "" }
func (*Account) Verified() (verified, known bool)       { return false, false }
func (*Account) Main() *Scope                           { return nil }
func (*Account) IsExpired(buffer ...time.Duration) bool { return false }
func (*Account) Scopes() []Scope                        { return nil }

func Grants(scopes []string, action string) bool { return false }

func ParseScope(text string) (Scope, bool) { return Scope{}, false }
