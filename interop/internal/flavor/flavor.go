// Package flavor answers one question: how does one test drive both flavors of
// the SDK?
package flavor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpi"
	authpisync "github.com/arbfay/authpi-go/sdk/sync"
)

// Client is a client of either flavor. The blocking one is one as it stands.
type Client interface {
	Discover(context.Context, *authpi.DiscoverOptions) (*authpi.Metadata, error)
	CreateAuthorizationURL([]string, *authpi.CreateAuthorizationURLOptions) (*authpi.AuthorizationURL, error)
	ExchangeCode(
		ctx context.Context, code, codeVerifier authpi.Secret, opts *authpi.ExchangeCodeOptions,
	) (*authpi.Agent, error)
	ExchangeCallback(
		context.Context, string, *authpi.AuthorizationURL, *authpi.ExchangeCallbackOptions,
	) (*authpi.Agent, error)
	CreateAgent(context.Context, *authpi.TokenSet, *authpi.CreateAgentOptions) (*authpi.Agent, error)
	Refresh(context.Context, *authpi.Agent, *authpi.RefreshOptions) (*authpi.Agent, error)
	GetUserInfo(context.Context, *authpi.Agent, *authpi.GetUserInfoOptions) (*authpi.UserInfo, error)
	CreateLogoutURL(*authpi.CreateLogoutURLOptions) (string, error)
	ClientCredentials(context.Context, *authpi.ClientCredentialsOptions) (*authpi.Agent, error)
	RevokeToken(context.Context, authpi.Secret, *authpi.RevokeTokenOptions) error
	IntrospectToken(context.Context, authpi.Secret, *authpi.IntrospectTokenOptions) (*authpi.Introspection, error)
	VerifyAccessToken(context.Context, authpi.Secret, *authpi.VerifyAccessTokenOptions) (*authpi.Agent, error)
	Close(context.Context) error
}

var _ Client = (*authpisync.Client)(nil)

// Open makes a client that is closed when the test ends.
type Open func(tb testing.TB, config authpi.Config) Client

// Flavors returns how each flavor's clients are made, by the flavor's name.
func Flavors() map[string]Open {
	return map[string]Open{
		"blocking": opener(func(config authpi.Config) (Client, error) { return authpisync.New(config) }),
		"future":   opener(newAwaited),
	}
}

// Each runs a test once per flavor, as a subtest. What must not be shared between
// the two, a provider say, the test makes itself.
func Each(t *testing.T, test func(t *testing.T, open Open)) {
	t.Helper()
	for name, open := range Flavors() {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

func opener(create func(authpi.Config) (Client, error)) Open {
	return func(tb testing.TB, config authpi.Config) Client {
		tb.Helper()
		client, err := create(config)
		require.NoError(tb, err)
		tb.Cleanup(func() { assert.NoError(tb, client.Close(context.WithoutCancel(tb.Context()))) })
		return client
	}
}
