package idtoken_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/idtoken"
	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

const (
	issuer = "https://idp.example/i_1"
	client = "c_1"
	// An access token and its hash from OpenID Connect Core, appendix A.4, and its hash
	// with SHA-512.
	accessToken = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
	hash256     = "77QmUPtjPfzWtF2AnpK9RQ"
	hash512     = "q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM"
)

var (
	now     = time.Unix(1_700_000_000, 0)
	idToken = jws.Header{Algorithm: jws.ES256, KeyID: "k1"}
	atToken = jws.Header{Algorithm: jws.ES256, KeyID: "k1", Type: "at+jwt"}
)

// at returns the time that is d after now.
func at(d time.Duration) *time.Time {
	t := now.Add(d)
	return &t
}

// goodID returns the claims of an ID token that the policy accepts.
func goodID() (idtoken.Claims, idtoken.IDPolicy) {
	maxAge := time.Hour
	return idtoken.Claims{
			Issuer: issuer, Subject: "usr_1", Audience: []string{client}, ExpiresAt: *at(time.Minute), IssuedAt: *at(0),
			AuthTime: *at(-time.Minute), Nonce: "n", ACR: "urn:b",
		}, idtoken.IDPolicy{
			Issuer: issuer, ClientID: client, Now: now, Leeway: time.Minute, Nonce: "n", MaxAge: &maxAge,
			ACRValues: []string{"urn:a", "urn:b"}, AccessToken: accessToken,
		}
}

func TestCheckIDToken(t *testing.T) {
	type change func(*idtoken.Claims, *idtoken.IDPolicy)
	header := idToken
	for name, test := range map[string]struct {
		change change
		claim  string // empty: accepted
	}{
		"good":                   {func(*idtoken.Claims, *idtoken.IDPolicy) {}, ""},
		"typ JWT":                {func(*idtoken.Claims, *idtoken.IDPolicy) { header.Type = "jwT" }, ""},
		"typ at+jwt":             {func(*idtoken.Claims, *idtoken.IDPolicy) { header.Type = "at+jwt" }, "typ"},
		"typ logout+jwt":         {func(*idtoken.Claims, *idtoken.IDPolicy) { header.Type = "logout+jwt" }, "typ"},
		"typ dpop+jwt":           {func(*idtoken.Claims, *idtoken.IDPolicy) { header.Type = "dpop+jwt" }, "typ"},
		"typ secevent+jwt":       {func(*idtoken.Claims, *idtoken.IDPolicy) { header.Type = "secevent+jwt" }, "typ"},
		"typ with space":         {func(*idtoken.Claims, *idtoken.IDPolicy) { header.Type = "JWT " }, "typ"},
		"no iss":                 {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Issuer = "" }, "iss"},
		"iss with slash":         {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Issuer += "/" }, "iss"},
		"iss in upper case":      {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Issuer = strings.ToUpper(issuer) }, "iss"},
		"no iss anywhere":        {func(c *idtoken.Claims, p *idtoken.IDPolicy) { c.Issuer, p.Issuer = "", "" }, "iss"},
		"no aud":                 {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Audience = nil }, "aud"},
		"other aud":              {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Audience = []string{"c_2"} }, "aud"},
		"one more aud":           {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Audience = []string{client, "c_2"} }, "aud"},
		"aud twice":              {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Audience = []string{client, client} }, "azp"},
		"azp":                    {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.AuthorizedParty = client }, ""},
		"other azp":              {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.AuthorizedParty = "c_2" }, "azp"},
		"no sub":                 {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Subject = "" }, "sub"},
		"longest sub":            {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Subject = strings.Repeat("u", 255) }, ""},
		"too long sub":           {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Subject = strings.Repeat("u", 256) }, "sub"},
		"sub not ASCII":          {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Subject = "é" }, "sub"},
		"no exp":                 {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.ExpiresAt = time.Time{} }, "exp"},
		"exp within leeway":      {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.ExpiresAt = *at(-time.Minute + 1) }, ""},
		"exp at leeway":          {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.ExpiresAt = *at(-time.Minute) }, "exp"},
		"exp without leeway":     {func(c *idtoken.Claims, p *idtoken.IDPolicy) { c.ExpiresAt, p.Leeway = now, 0 }, "exp"},
		"negative leeway":        {func(c *idtoken.Claims, p *idtoken.IDPolicy) { c.ExpiresAt, p.Leeway = *at(1), -time.Hour }, ""},
		"no iat":                 {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.IssuedAt = time.Time{} }, "iat"},
		"iat within leeway":      {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.IssuedAt = *at(time.Minute) }, ""},
		"iat in the future":      {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.IssuedAt = *at(time.Minute + 1) }, "iat"},
		"nbf within leeway":      {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.NotBefore = *at(time.Minute) }, ""},
		"nbf in the future":      {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.NotBefore = *at(time.Minute + 1) }, "nbf"},
		"no nonce":               {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Nonce = "" }, "nonce"},
		"other nonce":            {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.Nonce = "N" }, "nonce"},
		"no nonce expected":      {func(c *idtoken.Claims, p *idtoken.IDPolicy) { p.Nonce = "" }, "nonce"},
		"no nonce anywhere":      {func(c *idtoken.Claims, p *idtoken.IDPolicy) { c.Nonce, p.Nonce = "", "" }, "nonce"},
		"nonce ignored":          {func(c *idtoken.Claims, p *idtoken.IDPolicy) { p.Nonce, p.NonceRule = "", idtoken.NonceIgnored }, ""},
		"refresh, nonce":         {func(c *idtoken.Claims, p *idtoken.IDPolicy) { p.NonceRule = idtoken.NonceIfPresent }, ""},
		"refresh, no nonce":      {func(c *idtoken.Claims, p *idtoken.IDPolicy) { c.Nonce, p.NonceRule = "", idtoken.NonceIfPresent }, ""},
		"refresh, other nonce":   {func(c *idtoken.Claims, p *idtoken.IDPolicy) { c.Nonce, p.NonceRule = "N", idtoken.NonceIfPresent }, "nonce"},
		"no acr":                 {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.ACR = "" }, "acr"},
		"other acr":              {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.ACR = "urn:c" }, "acr"},
		"acr not requested":      {func(c *idtoken.Claims, p *idtoken.IDPolicy) { c.ACR, p.ACRValues = "urn:c", nil }, ""},
		"no auth_time":           {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.AuthTime = time.Time{} }, "auth_time"},
		"auth_time not asked":    {func(c *idtoken.Claims, p *idtoken.IDPolicy) { c.AuthTime, p.MaxAge = time.Time{}, nil }, ""},
		"auth_time in leeway":    {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.AuthTime = *at(-time.Hour - time.Minute) }, ""},
		"auth_time too long ago": {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.AuthTime = *at(-time.Hour - time.Minute - 1) }, "auth_time"},
		"auth_time in future":    {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.AuthTime = *at(time.Minute + 1) }, "auth_time"},
		"max_age 0":              {func(c *idtoken.Claims, p *idtoken.IDPolicy) { *p.MaxAge, p.Leeway = 0, 0 }, "auth_time"},
		"at_hash":                {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.AccessTokenHash = hash256 }, ""},
		"other at_hash": {func(c *idtoken.Claims, p *idtoken.IDPolicy) {
			c.AccessTokenHash, p.AccessToken = hash256, accessToken+"."
		}, "at_hash"},
		"at_hash of EdDSA": {func(c *idtoken.Claims, _ *idtoken.IDPolicy) {
			header.Algorithm, c.AccessTokenHash = jws.EdDSA, hash512
		}, ""},
		"at_hash of RS256":         {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { header.Algorithm, c.AccessTokenHash = jws.RS256, hash256 }, ""},
		"at_hash of another alg":   {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.AccessTokenHash = hash512 }, "at_hash"},
		"at_hash in part":          {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.AccessTokenHash = hash256[:8] }, "at_hash"},
		"at_hash, no access token": {func(c *idtoken.Claims, p *idtoken.IDPolicy) { c.AccessTokenHash, p.AccessToken = "x", "" }, ""},
		"stored": {func(c *idtoken.Claims, p *idtoken.IDPolicy) {
			p.Stored, c.ExpiresAt, c.Nonce, c.AuthTime, c.AccessTokenHash = true, *at(-time.Hour), "N", time.Time{}, "x"
		}, ""},
		"stored, other aud": {func(c *idtoken.Claims, p *idtoken.IDPolicy) { p.Stored, c.Audience = true, []string{"c_2"} }, "aud"},
		"stored, no iat":    {func(c *idtoken.Claims, p *idtoken.IDPolicy) { p.Stored, c.IssuedAt = true, time.Time{} }, "iat"},
		"stored, nbf":       {func(c *idtoken.Claims, p *idtoken.IDPolicy) { p.Stored, c.NotBefore = true, *at(time.Hour) }, "nbf"},
		"stored, other acr": {func(c *idtoken.Claims, p *idtoken.IDPolicy) { p.Stored, c.ACR = true, "urn:c" }, "acr"},
	} {
		t.Run(name, func(t *testing.T) {
			header = idToken
			claims, policy := goodID()
			test.change(&claims, &policy)
			requireClaim(t, test.claim, claims.CheckIDToken(header, policy))
		})
	}
}

func TestCheckAccessToken(t *testing.T) {
	header := atToken
	for name, test := range map[string]struct {
		change func(*idtoken.Claims, *idtoken.AccessPolicy)
		claim  string // empty: accepted
	}{
		"good":               {func(*idtoken.Claims, *idtoken.AccessPolicy) {}, ""},
		"typ in upper case":  {func(*idtoken.Claims, *idtoken.AccessPolicy) { header.Type = "AT+JWT" }, ""},
		"typ in full":        {func(*idtoken.Claims, *idtoken.AccessPolicy) { header.Type = "Application/at+jwt" }, ""},
		"no typ":             {func(*idtoken.Claims, *idtoken.AccessPolicy) { header.Type = "" }, "typ"},
		"typ of an ID token": {func(*idtoken.Claims, *idtoken.AccessPolicy) { header.Type = "JWT" }, "typ"},
		"no iss":             {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.Issuer = "" }, "iss"},
		"other iss":          {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.Issuer += "/" }, "iss"},
		"no aud":             {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.Audience = nil }, "aud"},
		"no aud, any":        {func(c *idtoken.Claims, p *idtoken.AccessPolicy) { c.Audience, p.Audiences = nil, nil }, "aud"},
		"other aud":          {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.Audience = []string{"https://other"} }, "aud"},
		"other aud, any":     {func(c *idtoken.Claims, p *idtoken.AccessPolicy) { p.Audiences = nil }, ""},
		"none accepted":      {func(c *idtoken.Claims, p *idtoken.AccessPolicy) { p.Audiences = []string{} }, "aud"},
		"one more aud":       {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.Audience = append(c.Audience, "https://other") }, ""},
		"no client_id":       {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.ClientID = "" }, "client_id"},
		"other client_id":    {func(c *idtoken.Claims, p *idtoken.AccessPolicy) { p.ClientID = "c_2" }, "client_id"},
		"same client_id":     {func(c *idtoken.Claims, p *idtoken.AccessPolicy) { p.ClientID = client }, ""},
		"no jti":             {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.ID = "" }, "jti"},
		"cnf":                {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.Confirmation = true }, "cnf"},
		"no sub":             {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.Subject = "" }, "sub"},
		"no iat":             {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.IssuedAt = time.Time{} }, "iat"},
		"nbf in the future":  {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.NotBefore = *at(time.Hour) }, "nbf"},
		"no exp":             {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.ExpiresAt = time.Time{} }, "exp"},
		"expired":            {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.ExpiresAt = *at(-time.Minute) }, "exp"},
		"expired, and worse": {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.ExpiresAt, c.ID = *at(-time.Minute), "" }, "jti"},
		"nonce is ignored":   {func(c *idtoken.Claims, _ *idtoken.AccessPolicy) { c.Nonce, c.AuthorizedParty = "n", "c_2" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			header = atToken
			claims := idtoken.Claims{
				Issuer: issuer, Subject: "usr_1", Audience: []string{"https://api.example"}, ClientID: client, ID: "j",
				ExpiresAt: *at(time.Minute), IssuedAt: *at(0),
			}
			policy := idtoken.AccessPolicy{
				Issuer: issuer, Audiences: []string{"https://api.example", client}, Now: now, Leeway: time.Minute,
			}
			test.change(&claims, &policy)
			requireClaim(t, test.claim, claims.CheckAccessToken(header, policy))
		})
	}
}

// requireClaim requires an error for this claim, or none if claim is empty.
func requireClaim(t *testing.T, claim string, err error) {
	t.Helper()
	if claim == "" {
		require.NoError(t, err)
		return
	}
	var wrong *idtoken.ClaimError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, claim, wrong.Claim)
	require.Equal(t, strings.HasPrefix(wrong.Reason, "passed "), wrong.Expired)
	require.Equal(t, wrong.Expired || strings.Contains(wrong.Reason, "check the clocks"), wrong.Clock)
}

func TestTimesThatAreOffSayByHowMuch(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*idtoken.Claims, *idtoken.IDPolicy)
		reason string
		clock  bool
	}{
		"iat": {
			func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.IssuedAt = *at(90 * time.Second) },
			"claim iat is 1m30s in the future; check the clocks of the issuer and of this machine", true,
		},
		"nbf": {
			func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.NotBefore = *at(2 * time.Hour) },
			"claim nbf is 2h0m0s in the future; check the clocks of the issuer and of this machine", true,
		},
		"exp":                  {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.ExpiresAt = *at(-time.Hour) }, "claim exp passed 1h0m0s ago", true},
		"iat, and another aud": {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.IssuedAt, c.Audience = *at(time.Hour), nil }, "claim aud is missing", false},
		"iat, and another nonce": {
			func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.IssuedAt, c.Nonce = *at(time.Hour), "N" },
			"claim nonce does not match the request", false,
		},
		"iat, and no exp": {func(c *idtoken.Claims, _ *idtoken.IDPolicy) { c.IssuedAt, c.ExpiresAt = *at(time.Hour), time.Time{} }, "claim exp is missing", false},
	} {
		t.Run(name, func(t *testing.T) {
			claims, policy := goodID()
			test.change(&claims, &policy)
			err := claims.CheckIDToken(idToken, policy)
			require.EqualError(t, err, test.reason)
			var wrong *idtoken.ClaimError
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, test.clock, wrong.Clock)
		})
	}
}

func TestAWaitingTokenDoesNotExpire(t *testing.T) {
	claims, policy := goodID()
	policy.MaxAge = nil
	policy.Received, policy.Now = now, now.Add(time.Hour)
	require.NoError(t, claims.CheckIDToken(idToken, policy))
	policy.Received = now.Add(3 * time.Minute)
	requireClaim(t, "exp", claims.CheckIDToken(idToken, policy))
	policy.Received, policy.Now = now.Add(3*time.Minute), now
	require.NoError(t, claims.CheckIDToken(idToken, policy), "the clock was set back after the token was received")
}

func TestIssuerErrorShowsBoth(t *testing.T) {
	claims, policy := goodID()
	claims.Issuer = issuer + "/"
	assert.EqualError(t, claims.CheckIDToken(idToken, policy), `claim iss is "`+issuer+`/", not "`+issuer+`"`)

	const maxDescription = 512
	for _, unit := range []string{"x", `"`, "\u202e", "\U0010ffff", "é", "\xff"} {
		claims.Issuer, policy.Issuer = strings.Repeat(unit, 1000), strings.Repeat(unit, 999)
		text := claims.CheckIDToken(idToken, policy).Error()
		assert.LessOrEqual(t, len(text), maxDescription, "of %q", unit)
		assert.Greater(t, len(text), 300, "of %q", unit)
		assert.True(t, utf8.ValidString(text), "of %q", unit)
	}
}
