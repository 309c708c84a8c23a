package authpi_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

func FuzzHasAccess(f *testing.F) {
	f.Add("users:read", "read", "users")
	f.Add("users.x:**", "read", "users.x.y")
	f.Add("*:**", "a", "b.c")
	f.Add("a.*:read", "read", "a.*")
	f.Fuzz(func(t *testing.T, scope, action, resource string) {
		granted := authpi.HasAccess([]string{scope}, action, resource)
		if !granted {
			return
		}
		parsed, ok := authpi.ParseScope(scope)
		require.True(t, ok, "a malformed scope granted something")
		_, ok = authpi.ParseScope(resource + ":" + action)
		require.True(t, ok, "access was granted to a malformed action or resource")
		assert.Contains(t, []string{action, "*", "**"}, parsed.Action)
	})
}

func TestHasAccessAllocatesNothing(t *testing.T) {
	scopes := []string{"users:read", "projects.tasks:*", "*:**"}
	assert.Zero(t, testing.AllocsPerRun(100, func() { authpi.HasAccess(scopes, "write", "billing.invoices") }))
}

// BenchmarkHasAccess checks ten scopes of mixed length without a match, and compares that
// with a lower bound: a byte loop that finds the colon of each scope.
func BenchmarkHasAccess(b *testing.B) {
	scopes := []string{
		"users:read", "users.verifiers:write", "projects:*", "projects.tasks:delete", "billing:read", "webhooks:manage",
		"issuers.users:read", "a:b", "organizations.members.invitations:create", "reports.daily:**",
	}
	b.Run("no match", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if authpi.HasAccess(scopes, "write", "projects.milestones") {
				b.Fatal("granted")
			}
		}
	})
	b.Run("floor", func(b *testing.B) {
		found := 0
		for b.Loop() {
			for _, scope := range scopes {
				for i := 0; i < len(scope); i++ {
					if scope[i] == ':' {
						found += i
						break
					}
				}
			}
		}
		if found == 0 {
			b.Fatal("no colon")
		}
	})
}
