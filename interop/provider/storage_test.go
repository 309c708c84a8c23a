package provider_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// keyedStorage is the example's storage with what that has hard-wired made a choice:
// the signing key, and whether access tokens are JWTs.
type keyedStorage struct {
	*storage.Storage
	algorithm jose.SignatureAlgorithm

	mu        sync.Mutex
	keys      []*key // the newest last
	jwtAccess bool
}

func newKeyedStorage(t *testing.T, algorithm string, example *storage.Storage) *keyedStorage {
	t.Helper()
	s := &keyedStorage{Storage: example, algorithm: jose.SignatureAlgorithm(algorithm)}
	s.rotate(t)
	return s
}

// rotate makes a new signing key. The one before it is published still, older ones
// are not.
func (s *keyedStorage) rotate(t *testing.T) {
	t.Helper()
	var (
		private crypto.Signer
		err     error
	)
	switch s.algorithm {
	case jose.ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jose.EdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default: // the example's own, since making one takes long; nothing rotates it
		var own op.SigningKey
		own, err = s.Storage.SigningKey(t.Context())
		private = own.Key().(*rsa.PrivateKey)
	}
	require.NoError(t, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = append(s.keys, &key{uuid.NewString(), s.algorithm, private})
	s.keys = s.keys[max(0, len(s.keys)-2):]
}

// useJWTs says whether access tokens are JWTs. Those have no typ at+jwt (RFC 9068,
// section 2.1), so that to the SDK they are opaque too.
func (s *keyedStorage) useJWTs(use bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jwtAccess = use
}

// SigningKey returns the newest key.
func (s *keyedStorage) SigningKey(context.Context) (op.SigningKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[len(s.keys)-1], nil
}

// SignatureAlgorithms returns the one algorithm.
func (s *keyedStorage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{s.algorithm}, nil
}

// KeySet returns what is published.
func (s *keyedStorage) KeySet(context.Context) ([]op.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var set []op.Key
	for _, k := range s.keys {
		set = append(set, publicKey{k})
	}
	return set, nil
}

// GetClientByClientID returns the example's client, with JWTs for access tokens where
// the storage is told so.
func (s *keyedStorage) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	found, err := s.Storage.GetClientByClientID(ctx, id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || !s.jwtAccess {
		return found, err
	}
	return jwtClient{found}, nil
}

// jwtClient is a client whose access tokens are JWTs.
type jwtClient struct{ op.Client }

// AccessTokenType returns op.AccessTokenTypeJWT.
func (jwtClient) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

// key is a signing key.
type key struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

func (k *key) ID() string                                  { return k.id }
func (k *key) SignatureAlgorithm() jose.SignatureAlgorithm { return k.algorithm }
func (k *key) Key() any                                    { return k.private }

// publicKey is what of a key is published.
type publicKey struct{ *key }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return k.algorithm }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return k.private.Public() }
