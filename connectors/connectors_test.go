package connectors_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
)

func description() connectors.Description {
	return connectors.Description{Name: "acme", Settings: []connectors.Setting{
		{Name: "url", Required: true, Doc: "where the console is"},
		{Name: "region", Default: "eu", Values: []string{"eu", "us"}, Doc: "which data centre"},
		{Name: "token", Required: true, Secret: true, Doc: "access token"},
	}}
}

func TestResolve(t *testing.T) {
	got, err := description().Resolve(connectors.Settings{
		Values: map[string]string{"url": "https://example.org"}, Secrets: map[string]string{"token": "hunter2"},
	})
	require.NoError(t, err)
	assert.Equal(t, connectors.Settings{
		Values: map[string]string{"url": "https://example.org", "region": "eu"}, Secrets: map[string]string{"token": "hunter2"},
	}, got)
	assert.NotContains(t, fmt.Sprint(got.LogValue()), "hunter2")
}

func TestResolveReportsEverything(t *testing.T) {
	_, err := description().Resolve(connectors.Settings{
		Values: map[string]string{"region": "mars", "token": "hunter2", "colour": "red"}, Secrets: map[string]string{"pin": "1234"},
	})
	require.EqualError(t, err, `setting "url" is required: where the console is
setting "region" is "mars", want one of ["eu" "us"]
setting "token" is a secret and must be given among the secrets
setting "colour" is not one of connector acme
setting "pin" is not one of connector acme`)
}

func TestErrorMatchesItsSetFields(t *testing.T) {
	err := fmt.Errorf("run: %w", &connectors.Error{Source: "vc", Op: "collect", Kind: connectors.Hung, Err: context.DeadlineExceeded})
	for _, c := range []struct {
		target error
		want   bool
	}{
		{&connectors.Error{Kind: connectors.Hung}, true},
		{&connectors.Error{Source: "vc"}, true},
		{&connectors.Error{Source: "vc", Op: "collect", Kind: connectors.Hung}, true},
		{&connectors.Error{Kind: connectors.Crashed}, false},
		{&connectors.Error{Source: "other", Kind: connectors.Hung}, false},
		{&connectors.Error{Op: "start"}, false},
		{context.DeadlineExceeded, true},
	} {
		assert.Equal(t, c.want, errors.Is(err, c.target), "%v", c.target)
	}
}

// Every kind has a name of its own.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for k := connectors.Unpinned; k <= connectors.Uncertified; k++ {
		assert.False(t, seen[k.String()] || k.String() == connectors.ErrorInvalid.String(), "%d %s", k, k)
		seen[k.String()] = true
	}
	for _, k := range connectors.Kinds() {
		assert.NotEqual(t, connectors.KindInvalid.String(), k.String())
	}
	assert.Equal(t, "invalid", connectors.Kind(200).String())
	assert.Equal(t, "invalid", connectors.Stage(200).String())
	assert.Equal(t, "invalid", connectors.ErrorKind(200).String())
}

func ExampleError() {
	err := error(&connectors.Error{Source: "vcenter", Op: "collect", Kind: connectors.AuthFailed, Err: errors.New("401 Unauthorized")})
	fmt.Println(err)
	fmt.Println(errors.Is(err, &connectors.Error{Kind: connectors.AuthFailed}))
	// Output:
	// connectors: vcenter: collect: authentication failed: 401 Unauthorized
	// true
}

func ExampleDescription_Resolve() {
	d := connectors.Description{Name: "acme", Settings: []connectors.Setting{{Name: "url", Required: true, Doc: "where the console is"}}}
	_, err := d.Resolve(connectors.Settings{})
	fmt.Println(err)
	// Output: setting "url" is required: where the console is
}

func ExampleProblem_String() {
	fmt.Println(connectors.Problem{Subject: "pc7.json", Place: "line 3, column 14", Message: "the file ends in the middle"})
	// Output: pc7.json: line 3, column 14: the file ends in the middle
}
