package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/internal/shareddata"
)

// recogniseText runs the command on standard input.
func recogniseText(t *testing.T, text string) (out, err string, status int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(t.Context(), streams{strings.NewReader(text), &stdout, &stderr}, []string{"recognise", "-"})
	return stdout.String(), stderr.String(), status
}

func TestRecogniseFindsColumnsByName(t *testing.T) {
	out, _, status := recogniseText(t, "\uFEFFproduct_code,scope,arp_display_name,arp_publisher\r\n"+
		"亿图组织架构管理软件 OrgCharting_is1,,OrgCharting 1.4,EdrawSoft\r\n"+
		",machine,\"Zoom(64bit)\",\r\n"+
		",,Python 3.11.0 (64-bit),\r\n"+
		",,,\r\n")
	assert.Zero(t, status)
	assert.Equal(t, "product_key\norgcharting:cn\nzoom/workplace\npython/python:3.11\nunrecognised\n", out)
}

func TestRecogniseNamesThePlaceOfMistakes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty file", "", "standard input:1:1: the file is empty"},
		{"no name column", "arp_publisher\nX\n", "standard input:1:1: no column is named arp_display_name"},
		{"column twice", "arp_publisher,arp_display_name,arp_publisher\nX,Y,Z\n", "standard input:1:32: column arp_publisher is named twice"},
		{"short row", "arp_display_name,arp_publisher\nA,B\nC\n", "standard input:3:1: wrong number of fields"},
		{"bare quote", "arp_display_name,arp_publisher\nA,x\"y\n", "standard input:2:4: bare \" in non-quoted-field"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err, status := recogniseText(t, c.text)
			assert.Equal(t, 1, status)
			assert.Empty(t, out)
			assert.Contains(t, err, c.want)
		})
	}
}

func TestRecogniseGivesOneKeyPerRow(t *testing.T) {
	path := shareddata.Path(t, "normalisation", "winget_arp_names.csv")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err)

	var stdout, stderr bytes.Buffer
	require.Zero(t, run(t.Context(), streams{nil, &stdout, &stderr}, []string{"recognise", path}), stderr.String())
	keys, err := csv.NewReader(&stdout).ReadAll()
	require.NoError(t, err)
	require.Len(t, keys, len(rows))
	for i, k := range keys {
		assert.NotEmptyf(t, k[0], "row %d: %v", i+1, rows[i])
	}
}

func TestRecogniseOfAMissingFile(t *testing.T) {
	var stdout, stderr bytes.Buffer
	path := filepath.Join(t.TempDir(), "absent.csv")
	assert.Equal(t, 1, run(t.Context(), streams{nil, &stdout, &stderr}, []string{"recognise", path}))
	assert.Contains(t, stderr.String(), "absent.csv")
	assert.Equal(t, 2, run(t.Context(), streams{nil, &stdout, &stderr}, []string{"recognise"}))
}
