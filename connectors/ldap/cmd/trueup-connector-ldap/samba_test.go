package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"
)

const (
	domain         = "DC=example,DC=test"
	administrator  = "Administrator@example.test"
	domainPassword = "Canary-passw0rd"
	// crowd is how many people there are: more than a page and than a group's members
	// that come at once.
	crowd = 1100
)

// controller is a domain controller that a test started.
type controller struct {
	url, plain, certificate string
}

// samba provisions a domain, fills it and serves it. Where Samba is not installed it
// skips the test, or fails it if CI is set.
func samba(t *testing.T) controller {
	t.Helper()
	for _, program := range []string{"samba", "samba-tool", "ldbmodify"} {
		if _, err := exec.LookPath(program); err != nil || os.Getuid() != 0 {
			if os.Getenv("CI") != "" {
				t.Fatal("no Samba, or not root: install samba-ad-dc, samba-ad-provision and ldb-tools")
			}
			t.Skip("no Samba")
		}
	}
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o755))
	run := func(input, name string, args ...string) {
		cmd := exec.Command(name, args...)
		cmd.Stdin, cmd.Dir = strings.NewReader(input), dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	run("", "samba-tool", "domain", "provision", "--targetdir="+dir, "--realm=EXAMPLE.TEST", "--domain=EXAMPLE", "--adminpass="+domainPassword,
		"--server-role=dc", "--dns-backend=NONE", "--host-name=dc1", "--host-ip=127.0.0.1", "--option=interfaces=lo", "--option=bind interfaces only=yes")
	run(people(), "ldbmodify", "-H", filepath.Join(dir, "private", "sam.ldb"))

	address := freeAddress(t)
	certificate, key := selfSigned(t, dir, address)
	// All of it is one group of processes, which ends with the first.
	server := exec.Command("samba", "-i", "-M", "single", "-s", filepath.Join(dir, "etc", "smb.conf"), "--option=interfaces="+address+"/8",
		"--option=server services=ldap", "--option=tls certfile="+certificate, "--option=tls keyfile="+key, "--option=tls cafile="+certificate,
		"--option=log file="+dir+"/log", "--option=pid directory="+dir, "--option=ncalrpc dir="+filepath.Join(dir, "ncalrpc"))
	var output bytes.Buffer
	server.Stdout, server.Stderr = &output, &output
	input, err := server.StdinPipe() // it ends with its standard input
	require.NoError(t, err)
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = input.Close()
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	c := controller{url: "ldaps://" + address, plain: "ldap://" + address, certificate: certificate}
	require.Eventually(t, func() bool {
		conn, err := ldap.DialURL(c.url, ldap.DialWithTLSConfig(c.trust(t)))
		return err == nil && conn.Close() == nil
	}, time.Minute, 50*time.Millisecond, "%s", &output)
	return c
}

func (c controller) trust(t *testing.T) *tls.Config {
	t.Helper()
	config, err := trust(c.certificate)
	require.NoError(t, err)
	return config
}

// dial signs in.
func (c controller) dial(t *testing.T, user, password string) *ldap.Conn {
	t.Helper()
	conn, err := ldap.DialURL(c.url, ldap.DialWithTLSConfig(c.trust(t)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.Bind(user, password))
	return conn
}

// freeAddress is an address of this machine of which the ports of LDAP, which Samba
// does not let one choose, are free.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		var b [3]byte
		_, _ = rand.Read(b[:])
		address := net.IPv4(127, b[0], b[1], b[2]|1).String()
		free := true
		for _, port := range []string{"389", "636"} {
			l, err := net.Listen("tcp", net.JoinHostPort(address, port))
			free = free && err == nil && l.Close() == nil
		}
		if free {
			return address
		}
	}
	t.Fatal("no address is free")
	return ""
}

// selfSigned is a certificate for an address, and its key.
func selfSigned(t *testing.T, dir, address string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "dc1.example.test"}, IPAddresses: []net.IP{net.ParseIP(address)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	secret, err := x509.MarshalECPrivateKey(private)
	require.NoError(t, err)
	certificate, key = filepath.Join(dir, "dc.pem"), filepath.Join(dir, "dc.key")
	require.NoError(t, os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}), 0o600))
	return certificate, key
}

// people is what is put into the domain, in LDIF.
func people() string {
	var b strings.Builder
	add := func(dn, class string, lines ...string) {
		fmt.Fprintf(&b, "dn: %s,%s\nchangetype: add\nobjectClass: %s\n%s\n\n", dn, domain, class, strings.Join(lines, "\n"))
	}
	add("OU=people", "organizationalUnit", "ou: people")
	person := func(name string, lines ...string) {
		add("CN="+name+",OU=people", "user", append([]string{"sAMAccountName: " + name}, lines...)...)
	}
	enabled := "userAccountControl: 512"
	person("anna", enabled, "displayName: Anna Berg", "company: Example AG", "c: DE", password("Anna-passw0rd"))
	person("bert", "userAccountControl: 514")
	person("cora", enabled, "accountExpires: "+filetime(at.Add(-time.Hour)))
	person("dora", enabled, "accountExpires: "+filetime(at.Add(time.Hour)))
	add("CN=gsvc,CN=Managed Service Accounts", "msDS-GroupManagedServiceAccount", "sAMAccountName: gsvc$", "userAccountControl: 4096", "dNSHostName: gsvc.example.test", "msDS-ManagedPasswordInterval: 30")
	add("CN=ssvc,CN=Managed Service Accounts", "msDS-ManagedServiceAccount", "sAMAccountName: ssvc$", "userAccountControl: 4096")
	add("CN=ws1,CN=Computers", "computer", "sAMAccountName: WS1$", "userAccountControl: 4096", "dNSHostName: WS1.example.test",
		"operatingSystem: Windows 11 Enterprise", "operatingSystemVersion: 10.0 (22631)", password("Ws1-passw0rd"))
	add("CN=ws2,CN=Computers", "computer", "sAMAccountName: WS2$", "userAccountControl: 4098")
	group := func(name string, members ...string) {
		lines := []string{"sAMAccountName: " + name}
		for _, m := range members {
			lines = append(lines, "member: CN="+m+",OU=people,"+domain)
		}
		add("CN="+name+",OU=people", "group", lines...)
	}
	all := make([]string, crowd)
	for i := range all {
		all[i] = fmt.Sprintf("p%04d", i)
		person(all[i], enabled)
	}
	group("inner", "anna", "bert")
	group("middle", "inner", "cora")
	group("outer", "middle", "dora")
	group("crowd", all...)
	fmt.Fprintf(&b, "dn: CN=inner,OU=people,%[1]s\nchangetype: modify\nadd: member\nmember: CN=outer,OU=people,%[1]s\n\n", domain)
	return b.String()
}

// password sets one, as the database of Samba takes it.
func password(text string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return "clearTextPassword:: " + base64.StdEncoding.EncodeToString(b)
}
