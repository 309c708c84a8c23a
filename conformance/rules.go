package conformance

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
	"github.com/arbfay/authpi-go/conformance/provider"
)

// rules judges what holds in every case, whatever it is about.
func (j *judge) rules() {
	secrets := j.secrets()
	for i := range j.t.Requests {
		j.requestRules(&j.t.Requests[i], secrets)
	}
	for _, call := range j.t.Calls {
		j.errorRules(call, secrets)
		j.urlRules(call, secrets)
	}
	for _, event := range j.t.Events {
		if text := string(event.Data["error"]); leaks(text, secrets) != "" {
			j.problem("%s: the error holds the secret %s", event.Hook, leaks(text, secrets))
		}
	}
	j.recordRules()
}

// secrets returns the texts that may not show, by what the case calls them:
// every $secret that it names, the tokens' signatures, the code verifiers.
func (j *judge) secrets() map[string]string {
	secrets := map[string]string{}
	for _, name := range secretNames(j.c) {
		value, err := j.scope.Lookup("secret", name)
		if text, ok := value.(string); ok && err == nil {
			secrets[name] = text
		}
	}
	for name, token := range j.t.Facts.Tokens {
		if signature := token[strings.LastIndexByte(token, '.')+1:]; len(signature) >= 16 {
			secrets[name] = signature
		}
	}
	for _, call := range j.t.Calls {
		var record struct {
			CodeVerifier string `json:"code_verifier"`
		}
		if json.Unmarshal(call.OK, &record) == nil && len(record.CodeVerifier) >= 16 {
			secrets["code_verifier of "+call.Instance] = record.CodeVerifier
		}
	}
	return secrets
}

// secretNames returns the names of the secrets that a case speaks of.
func secretNames(c *Case) []string {
	names := map[string]bool{}
	look := func(trees ...any) {
		_ = expr.Visit(trees, "", func(_, operator string, argument any) error {
			if name, ok := argument.(string); ok && operator == "secret" {
				names[name] = true
			}
			return nil
		})
	}
	look(anyObject(c.Given.Config))
	for _, config := range c.Given.Clients {
		look(config)
	}
	for _, token := range c.Given.Tokens {
		look(token.Claims, token.Payload)
	}
	for _, exchange := range c.Script {
		look(anyObject(exchange.On.Form))
		if exchange.Reply != nil {
			look(exchange.Reply.JSON, exchange.Reply.Body)
		}
	}
	walkSteps(c.Steps, func(step *Step) { look(anyObject(step.Args)) })
	return slices.Sorted(maps.Keys(names))
}

// leaks returns the name of a secret that stands in a text, or "".
func leaks(text string, secrets map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		if strings.Contains(text, secrets[name]) {
			return name
		}
	}
	return ""
}

func (j *judge) requestRules(request *provider.Recorded, secrets map[string]string) {
	where := request.Method + " " + request.Endpoint
	if name := leaks(request.Target, secrets); name != "" {
		j.problem("%s: the URL holds the secret %s", where, name)
	}
	if request.Header.Get("Cookie") != "" {
		j.problem("%s: carries a cookie", where)
	}
	if j.t.TornDown != 0 && request.Seq > j.t.TornDown {
		j.problem("%s: came after the client was closed", where)
	}
	if request.Method != http.MethodPost {
		return
	}
	media, _, _ := mime.ParseMediaType(request.Header.Get("Content-Type"))
	if media != "application/x-www-form-urlencoded" {
		j.problem("%s: is no form: its content type is %q", where, request.Header.Get("Content-Type"))
	}
	if strings.Contains(request.Target, "?") && request.Exchange == "" {
		j.problem("%s: a POST with a query", where)
	}
	form, _ := url.ParseQuery(request.Body)
	if request.Header.Get("Authorization") != "" && (form.Has("client_secret") || form.Has("client_id")) {
		j.problem("%s: two methods of client authentication", where)
	}
}

// errorRules: no secret in anything that an error prints.
func (j *judge) errorRules(call *CallRecord, secrets map[string]string) {
	if call.Err == nil {
		return
	}
	printed := *call.Err
	printed.Fields = nil // a field may carry tokens; that is what it is for
	if name := leaks(string(jsontree.ToJSON(printed)), secrets); name != "" {
		j.problem("%s: the error holds the secret %s", call.Instance, name)
	}
	if call.Err.Text == "" {
		j.problem("%s: the error has no text", call.Instance)
	}
}

// urlRules: no secret in a URL that the SDK built, the logout hint aside.
func (j *judge) urlRules(call *CallRecord, secrets map[string]string) {
	var built string
	var record struct {
		URL string `json:"url"`
	}
	switch {
	case json.Unmarshal(call.OK, &built) == nil:
	case json.Unmarshal(call.OK, &record) == nil:
		built = record.URL
	}
	before, query, isURL := strings.Cut(built, "?")
	if !isURL {
		return
	}
	values, _ := url.ParseQuery(query)
	values.Del("id_token_hint")
	for _, parameters := range values {
		before += " " + strings.Join(parameters, " ")
	}
	if name := leaks(before, secrets); name != "" {
		j.problem("%s: the URL holds the secret %s", call.Instance, name)
	}
}

// recordRules: what must hold of every login record (RFC 7636, section 4).
func (j *judge) recordRules() {
	verifier := regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)
	seen := map[string]string{}
	for _, call := range j.t.Calls {
		var record struct {
			URL          string `json:"url"`
			State        string `json:"state"`
			Nonce        string `json:"nonce"`
			CodeVerifier string `json:"code_verifier"`
		}
		if call.Operation != "create_authorization_url" || json.Unmarshal(call.OK, &record) != nil || call.OK == nil {
			continue
		}
		if !verifier.MatchString(record.CodeVerifier) {
			j.problem("%s: the code verifier is not 43 to 128 unreserved characters", call.Instance)
		}
		_, query, _ := strings.Cut(record.URL, "?")
		values, _ := url.ParseQuery(query)
		sum := sha256.Sum256([]byte(record.CodeVerifier))
		if values.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) || values.Get("code_challenge_method") != "S256" {
			j.problem("%s: the URL does not carry the S256 challenge of the verifier", call.Instance)
		}
		for name, value := range map[string]string{"state": record.State, "nonce": record.Nonce, "code_verifier": record.CodeVerifier} {
			given := string(call.Args[name]) != ""
			if other, twice := seen[value]; twice && !given && j.c.Given.Entropy == "" {
				j.problem("%s: its %s is that of %s", call.Instance, name, other)
			}
			seen[value] = call.Instance
		}
	}
}
