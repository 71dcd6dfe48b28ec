package disclose_test

import (
	"bytes"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence/disclose"
	"github.com/trueup-dev/trueup/evidence/statement"
)

// Whatever arrives as a bundle: it is what the company signed, or it does not open.
func FuzzOpen(f *testing.F) {
	o, proof := committed(f, consumers(5))
	r := request()
	r.All = true
	signed := bundle(f, o, proof, r)
	opts := options(f)
	want, err := disclose.Open(signed, opts)
	require.NoError(f, err)
	table := shownColumns(consumers(5).Rows)
	f.Add(signed)
	f.Add(signed[:len(signed)/2])
	f.Add(append(bytes.Clone(signed), '\n'))
	f.Add(bytes.Replace(signed, []byte(`"payload":"`), []byte(`"payload":"AAAA`), 1))
	f.Add([]byte(`{"payloadType":"","payload":"","signatures":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := disclose.Open(b, opts); err == nil { // in another process the salts are others
			require.Equal(t, want.Totals, got.Totals)
			require.Len(t, got.Rows, len(table))
			for _, row := range got.Rows {
				require.Contains(t, table, map[string]string{"host": row.Values["host"], "cores": row.Values["cores"]})
			}
		}
	})
}

// shownColumns are the columns of the rows that a request shows.
func shownColumns(rows []map[string]string) (out []map[string]string) {
	for _, r := range rows {
		out = append(out, map[string]string{"host": r["host"], "cores": r["cores"]})
	}
	return out
}

// What is signed is not yet believed: a signed payload of any form gives what it proves,
// or an error.
func FuzzSignedPayload(f *testing.F) {
	o, proof := committed(f, consumers(3))
	r := request()
	r.All = true
	e, err := statement.ParseEnvelope(bundle(f, o, proof, r))
	require.NoError(f, err)
	b, err := base64.StdEncoding.DecodeString(e.Payload)
	require.NoError(f, err)
	f.Add(b)
	f.Add(bytes.Replace(b, []byte(`"rows"`), []byte(`"rowz"`), 1))
	f.Add(bytes.ReplaceAll(b, []byte(`0`), []byte(`9`)))
	f.Add(bytes.Replace(b, []byte(`"sum":"3"`), []byte(`"sum":"3e2000000000"`), 1)) // billions of digits, if written out
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"rows":[null],"totals":[{}]}`))
	opts := options(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := statement.Sign(disclose.PayloadType, b, signer(t, "company"))
		require.NoError(t, err)
		signed, err := e.Encode()
		require.NoError(t, err)
		if got, err := disclose.Open(signed, opts); err == nil {
			require.LessOrEqual(t, len(got.Rows), 3)
		}
	})
}

func FuzzParseOpening(f *testing.F) {
	o, err := disclose.Commit(consumers(3), bytes.NewReader(make([]byte, 32)))
	require.NoError(f, err)
	b, err := o.Encode()
	require.NoError(f, err)
	f.Add(b)
	f.Add(bytes.Replace(b, []byte(`host-1`), []byte(`host-2`), 1))
	f.Add([]byte(`{"version":1,"columns":[{"name":"x","sum":true,"scale":99}],"rows":[["1"]]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := disclose.ParseOpening(b)
		if err != nil {
			require.ErrorIs(t, err, disclose.ErrTable)
			return
		}
		c, err := o.Encode()
		require.NoError(t, err)
		again, err := disclose.ParseOpening(c)
		require.NoError(t, err)
		require.Equal(t, o.Commitment(), again.Commitment())
	})
}
