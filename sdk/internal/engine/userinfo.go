package engine

import (
	"context"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// GetUserInfo fetches the profile of an agent. It never refreshes.
func (e *Engine) GetUserInfo(
	ctx context.Context, agent *authpi.Agent, _ *authpi.GetUserInfoOptions,
) (*authpi.UserInfo, error) {
	ctx, span := e.begin(ctx, "get_user_info")
	profile, f := e.profile(ctx, agent)
	if f != nil && agent != nil && e.isMachine(agent) {
		f = f.of(machineGrant)
	}
	if f != nil {
		return nil, span.end(f)
	}
	return profile, span.end(nil)
}

func (e *Engine) profile(ctx context.Context, agent *authpi.Agent) (*authpi.UserInfo, *failure) {
	if agent == nil {
		return nil, misconfigured("invalid_argument", "pass an agent")
	}
	tokens := agent.Tokens()
	if tokens == nil || tokens.AccessToken.IsZero() {
		return nil, misconfigured("invalid_argument", "the agent has no access token")
	}
	profile, err := e.userinfoRequest(ctx, userinfoRequestParams{AccessToken: tokens.AccessToken})
	if err != nil {
		return nil, asFailure(ctx, err)
	}
	// OpenID Connect Core 1.0, section 5.3.2: nothing of another subject's profile may be used.
	if profile.Subject != agent.ID() {
		sent := request{secrets: []string{tokens.AccessToken.Reveal()}}
		f := mismatched("the profile belongs to another subject", agent.ID(), sent.quotable(profile.Subject, maxCode))
		f.base.Source = authpi.ErrorSourceUserInfo
		return nil, f
	}
	profile.Organizations = onlyOrganization(profile.Organizations, tokens.Org)
	return profile, nil
}
