package authpi_test

import (
	"fmt"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

func ExampleHasAccess() {
	scopes := []string{"projects:**", "users:read"}
	fmt.Println(authpi.HasAccess(scopes, "delete", "projects.tasks"))
	fmt.Println(authpi.HasAccess(scopes, "write", "users"))
	// Output:
	// true
	// false
}

func ExampleParseScope() {
	scope, ok := authpi.ParseScope("users.verifiers:write")
	fmt.Println(scope.Resource, scope.Action, ok)
	// Output: users.verifiers write true
}

// Make an agent to test code that checks access.
func ExampleNewAgent() {
	agent := authpi.NewAgent(authpi.AgentData{
		ID:            "usr_1",
		Organizations: []authpi.Organization{{ID: "org_1", Scopes: []string{"projects:*"}}},
	})
	fmt.Println(agent.HasAccessIn("org_1", "write", "projects"), agent.HasAccessIn("org_2", "write", "projects"))
	// Output: true false
}
