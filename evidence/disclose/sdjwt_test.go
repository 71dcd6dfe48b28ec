package disclose_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence/disclose"
)

func claims() disclose.Claims {
	return disclose.Claims{Issuer: "https://company.example", Audience: "supplier.example", Type: "https://trueup.dev/vct/row/v1", Issued: now, Expires: now.Add(time.Hour)}
}

// A library that others keep opens what is disclosed, and refuses what is changed.
func TestSDJWTOpensElsewhere(t *testing.T) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not installed", program)
			}
			t.Skipf("%s is not installed", program)
		}
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/sdjwt")))
	ci := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	ci.Dir = dir
	out, err := ci.CombinedOutput()
	require.NoError(t, err, string(out))
	check := func(token string) (map[string]any, error) {
		jwk := fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","x":"%s"}`,
			base64.RawURLEncoding.EncodeToString(key("company").Public().(ed25519.PublicKey)))
		cmd := exec.Command("node", "check.mjs", jwk, fmt.Sprint(now.Unix()))
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(token)
		out, err := cmd.Output()
		if err != nil {
			return nil, err
		}
		var shown map[string]any
		return shown, json.Unmarshal(out, &shown)
	}

	o, err := disclose.Commit(consumers(3), nil)
	require.NoError(t, err)
	token, err := o.SDJWT(1, []string{"host", "user"}, claims(), key("company"))
	require.NoError(t, err)
	shown, err := check(token)
	require.NoError(t, err)
	require.Equal(t, "host-1", shown["host"])
	require.Contains(t, shown, "user")
	require.Nil(t, shown["user"]) // it has no user, which looks like any other field
	require.NotContains(t, shown, "cores")
	require.Equal(t, "supplier.example", shown["aud"])

	other, err := o.SDJWT(2, []string{"host"}, claims(), key("company"))
	require.NoError(t, err)
	parts, foreign := strings.Split(token, "~"), strings.Split(other, "~")
	parts[1] = foreign[1]
	shown, err = check(strings.Join(parts, "~"))
	require.True(t, err != nil || shown["host"] == nil, "a field of another row is shown: %v", shown)
	_, err = check(strings.Replace(token, ".", ".e", 1))
	require.Error(t, err, "another body")
}

// The digests of an SD-JWT are those that the bundle proves to be in the log.
func TestSDJWTHasTheLogsDigests(t *testing.T) {
	o, proof := committed(t, consumers(5))
	token, err := o.SDJWT(4, []string{"host"}, claims(), key("company"))
	require.NoError(t, err)
	body, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	require.NoError(t, err)
	var jwt struct {
		SD []string `json:"_sd"`
	}
	require.NoError(t, json.Unmarshal(body, &jwt))
	require.Len(t, jwt.SD, 4)
	r := request()
	r.All = true
	plain := decoded(t, bundle(t, o, proof, r))
	for _, d := range jwt.SD {
		require.Contains(t, plain, d)
	}
}

func TestSDJWTRefusals(t *testing.T) {
	o, err := disclose.Commit(consumers(3), nil)
	require.NoError(t, err)
	_, err = o.SDJWT(3, nil, claims(), key("company"))
	require.ErrorIs(t, err, disclose.ErrRequest)
	_, err = o.SDJWT(0, []string{"serial"}, claims(), key("company"))
	require.ErrorIs(t, err, disclose.ErrRequest)
	c := claims()
	c.Expires = c.Issued
	_, err = o.SDJWT(0, nil, c, key("company"))
	require.ErrorIs(t, err, disclose.ErrRequest)
}
