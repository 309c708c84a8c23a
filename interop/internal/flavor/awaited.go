package flavor

import (
	"context"

	authpiasync "github.com/arbfay/authpi-go/sdk/async"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

// awaited is the future-based client with each call awaited at once. What does no
// I/O, and Close, it has from the client itself.
type awaited struct{ *authpiasync.Client }

func newAwaited(config authpi.Config) (Client, error) {
	client, err := authpiasync.New(config)
	return awaited{client}, err
}

// Discover waits for the client's Discover.
func (a awaited) Discover(ctx context.Context, opts *authpi.DiscoverOptions) (*authpi.Metadata, error) {
	return a.Client.Discover(ctx, opts).Await(ctx)
}

// ExchangeCode waits for the client's ExchangeCode.
func (a awaited) ExchangeCode(
	ctx context.Context, code, codeVerifier authpi.Secret, opts *authpi.ExchangeCodeOptions,
) (*authpi.Agent, error) {
	return a.Client.ExchangeCode(ctx, code, codeVerifier, opts).Await(ctx)
}

// ExchangeCallback waits for the client's ExchangeCallback.
func (a awaited) ExchangeCallback(
	ctx context.Context, callbackURL string, login *authpi.AuthorizationURL, opts *authpi.ExchangeCallbackOptions,
) (*authpi.Agent, error) {
	return a.Client.ExchangeCallback(ctx, callbackURL, login, opts).Await(ctx)
}

// CreateAgent waits for the client's CreateAgent.
func (a awaited) CreateAgent(
	ctx context.Context, tokens *authpi.TokenSet, opts *authpi.CreateAgentOptions,
) (*authpi.Agent, error) {
	return a.Client.CreateAgent(ctx, tokens, opts).Await(ctx)
}

// Refresh waits for the client's Refresh.
func (a awaited) Refresh(
	ctx context.Context, agent *authpi.Agent, opts *authpi.RefreshOptions,
) (*authpi.Agent, error) {
	return a.Client.Refresh(ctx, agent, opts).Await(ctx)
}

// GetUserInfo waits for the client's GetUserInfo.
func (a awaited) GetUserInfo(
	ctx context.Context, agent *authpi.Agent, opts *authpi.GetUserInfoOptions,
) (*authpi.UserInfo, error) {
	return a.Client.GetUserInfo(ctx, agent, opts).Await(ctx)
}

// ClientCredentials waits for the client's ClientCredentials.
func (a awaited) ClientCredentials(
	ctx context.Context, opts *authpi.ClientCredentialsOptions,
) (*authpi.Agent, error) {
	return a.Client.ClientCredentials(ctx, opts).Await(ctx)
}

// RevokeToken waits for the client's RevokeToken.
func (a awaited) RevokeToken(ctx context.Context, token authpi.Secret, opts *authpi.RevokeTokenOptions) error {
	_, err := a.Client.RevokeToken(ctx, token, opts).Await(ctx)
	return err
}

// IntrospectToken waits for the client's IntrospectToken.
func (a awaited) IntrospectToken(
	ctx context.Context, token authpi.Secret, opts *authpi.IntrospectTokenOptions,
) (*authpi.Introspection, error) {
	return a.Client.IntrospectToken(ctx, token, opts).Await(ctx)
}

// VerifyAccessToken waits for the client's VerifyAccessToken.
func (a awaited) VerifyAccessToken(
	ctx context.Context, token authpi.Secret, opts *authpi.VerifyAccessTokenOptions,
) (*authpi.Agent, error) {
	return a.Client.VerifyAccessToken(ctx, token, opts).Await(ctx)
}
