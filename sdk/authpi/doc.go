// Package authpi defines the types that both flavors of the AuthPI identity SDK share:
// configuration, tokens, agents, organizations, scopes and errors.
//
// Programs log users in with a client from package authpisync
// (github.com/arbfay/authpi-go/sdk/sync) or its future-based counterpart authpiasync
// (github.com/arbfay/authpi-go/sdk/async). Both clients use the types of this package, so
// a program can switch between them without changing its types.
//
// # Secrets
//
// A [Secret] holds a token, a client secret or a code verifier. Every fmt verb, every
// slog handler and encoding/json print it redacted; [Secret.Reveal] returns its value.
// Two types are meant to be stored, [TokenSet] and [AuthorizationURL]. Their JSON
// contains the secret values, so keep it on the server or encrypt it with authenticated
// encryption. The JSON of your own struct contains the values too if it has a field of
// one of these types.
//
// # Errors
//
// Every error is an [OAuthError] or a more specific type that embeds it. Use errors.As to
// get the specific type, the OAuthError or the cause, and errors.Is to check for
// [ErrTemporary], [ErrNetwork], [ErrInvalidResponse] and [ErrClosed].
//
// # Access
//
// [Agent.HasAccessIn] checks access in one organization; use it to protect the
// organization's data. [Agent.HasAccess] checks access in any organization; use it only
// to show or hide parts of a user interface. Neither checks whether the access token has
// expired.
package authpi
