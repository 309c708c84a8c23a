package verdict_test

import (
	"crypto"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/interop/internal/flavor"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

// TestOneChangedCharacter changes a good token in every place. The SDK refuses every
// result; an oracle accepts some, and they all are another spelling of the same bytes.
func TestOneChangedCharacter(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		for _, algorithm := range mint.Algorithms() {
			t.Run(string(algorithm), func(t *testing.T) {
				key := mint.NewKey(algorithm, "k")
				i := newIssuer(t, mint.JWKS(key))
				client := open(t, i.config())
				good := key.Token("", i.claims())
				_, err := storedSession(t, client, good)
				require.NoError(t, err)
				for at := range good {
					for _, mutant := range mutants(good, at) {
						_, err := storedSession(t, client, mutant)
						require.Error(t, err, "%q", mutant)
						if signatureIsGood(t, key, mutant) {
							require.Equal(t, lenient(good), lenient(mutant), "%q", mutant)
						}
					}
				}
			})
		}
	})
}

// mutants change, add and remove one character.
func mutants(token string, at int) []string {
	head, rest := token[:at], token[at+1:]
	other := "A"
	if token[at] == 'A' {
		other = "B"
	}
	return []string{head + other + rest, head + rest, head + "\n" + token[at:], head + "=" + token[at:]}
}

func storedSession(t *testing.T, client flavor.Client, token string) (*authpi.Agent, error) {
	tokens := &authpi.TokenSet{AccessToken: authpi.NewSecret(accessToken), IDToken: authpi.NewSecret(token)}
	return client.CreateAgent(t.Context(), tokens, nil)
}

// signatureIsGood asks go-oidc and golang-jwt. Either will do.
func signatureIsGood(t *testing.T, key *mint.Key, token string) bool {
	keys := oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key.Public()}}
	_, err := keys.VerifySignature(t.Context(), token)
	return err == nil || golangClaims(key, token) != nil
}

// golangClaims are the claims of a token whose signature golang-jwt finds good, else
// nil.
func golangClaims(key *mint.Key, token string) jwt.MapClaims {
	parsed, err := jwt.Parse(token, func(*jwt.Token) (any, error) { return key.Public(), nil },
		jwt.WithValidMethods([]string{string(key.Algorithm)}), jwt.WithoutClaimsValidation())
	if err != nil {
		return nil
	}
	return parsed.Claims.(jwt.MapClaims)
}

// lenient decodes the parts of a token as encoding/base64 does when it is not strict:
// line breaks, and the bits that are left over, count for nothing.
func lenient(token string) [][]byte {
	var parts [][]byte
	for part := range strings.SplitSeq(token, ".") {
		decoded, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			return nil
		}
		parts = append(parts, decoded)
	}
	return parts
}

// FuzzSigned signs what the fuzzer makes up. Where the SDK accepts that, golang-jwt
// finds it well signed and reads the same claims, and go-oidc the same bytes, unless
// there is a header in its way that the SDK does not read.
func FuzzSigned(f *testing.F) {
	key := mint.NewKey(mint.EdDSA, "k")
	i := newIssuer(f, mint.JWKS(key))
	clients := map[string]flavor.Client{}
	for name, open := range flavor.Flavors() {
		clients[name] = open(f, i.config())
	}
	// The issuer's port is another in each process, so that the seeds have a name for it.
	const issuerName = "ISSUER"
	claims := strings.ReplaceAll(string(i.claims().Bytes()), i.url, issuerName)
	header := string(key.Header("").Bytes())
	f.Add(header, claims)
	f.Add(string(key.Header("JWT").Bytes()), strings.Replace(claims, `"sub"`, `"\u0073ub"`, 1))
	f.Add(header, strings.Replace(claims, `"c_any"`, `["c_any"]`, 1))
	f.Add(header, strings.Replace(claims, "{", `{"SUB":"usr_admin","x":[1e3,null,{"é":"\ud83d\ude00"}],`, 1))
	f.Add(strings.Replace(header, "{", `{"x5t":"AAAA",`, 1), " "+claims+"\n")
	f.Fuzz(func(t *testing.T, header, payload string) {
		token := key.Sign([]byte(header), []byte(strings.ReplaceAll(payload, issuerName, i.url)))
		for name, client := range clients {
			agent, err := storedSession(t, client, token)
			if err != nil {
				refusal(t, err) // of the one family of errors
				continue
			}
			read := golangClaims(key, token)
			require.NotNil(t, read, "%s accepts what golang-jwt does not", name)
			keys := oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key.Public()}}
			if signed, err := keys.VerifySignature(t.Context(), token); err == nil {
				assert.Equal(t, strings.ReplaceAll(payload, issuerName, i.url), string(signed))
			}
			assert.Equal(t, read["sub"], agent.ID())
			assert.Equal(t, i.url, read["iss"])
			audience, err := read.GetAudience()
			require.NoError(t, err)
			assert.Contains(t, audience, clientID)
		}
	})
}
