package timestamp

import (
	"bytes"
	"crypto"
	"crypto/sha1" //nolint:gosec // RFC 2634 names certificates by SHA-1; the signature does not rest on it
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
)

// ErrInvalid is wrapped where a stamp does not hold.
var ErrInvalid = errors.New("timestamp: stamp does not hold")

// MaxResponse is how many bytes an answer may have.
const MaxResponse = 1 << 20

// Stamp is what an authority has said.
type Stamp struct {
	Time      time.Time     // when it saw the checkpoint,
	Accuracy  time.Duration // give or take; zero is not stated
	Serial    string        // of the stamp, in decimal
	Policy    string        // under which it stamps, as an object identifier
	Authority string        // the name in its certificate

	nonce []byte
}

var (
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidTSTInfo       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidSigningCert   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidExtKeyUsage   = asn1.ObjectIdentifier{2, 5, 29, 37}
)

// Verify checks an authority's answer, in DER, to be a stamp of the checkpoint, the
// note as it was stamped, by someone whom the roots vouch for.
func Verify(checkpoint, response []byte, roots *x509.CertPool) (s Stamp, err error) {
	defer func() { // the parsers of CMS are not known to be total
		if p := recover(); p != nil {
			s, err = Stamp{}, fmt.Errorf("%w: cannot be read: %v", ErrInvalid, p)
		}
	}()
	if roots == nil {
		return Stamp{}, errors.New("timestamp: roots are needed")
	}
	if len(response) > MaxResponse {
		return Stamp{}, fmt.Errorf("%w: it has more than %d bytes", ErrInvalid, MaxResponse)
	}
	t, err := timestamp.ParseResponse(response)
	if err != nil {
		return Stamp{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	signer, err := checkToken(t, roots)
	if err != nil {
		return Stamp{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if t.HashAlgorithm != crypto.SHA256 && t.HashAlgorithm != crypto.SHA384 && t.HashAlgorithm != crypto.SHA512 {
		return Stamp{}, fmt.Errorf("%w: it is over a digest by %s", ErrInvalid, t.HashAlgorithm)
	}
	h := t.HashAlgorithm.New()
	h.Write(checkpoint)
	if !bytes.Equal(h.Sum(nil), t.HashedMessage) {
		return Stamp{}, fmt.Errorf("%w: it is of another checkpoint", ErrInvalid)
	}
	s = Stamp{Time: t.Time.UTC(), Accuracy: t.Accuracy, Policy: t.Policy.String(), Authority: signer.Subject.String()}
	if t.SerialNumber != nil {
		s.Serial = t.SerialNumber.String()
	}
	if t.Nonce != nil {
		s.nonce = t.Nonce.Bytes()
	}
	return s, nil
}

// checkToken checks what the parser leaves open, and gives the signer's certificate.
func checkToken(t *timestamp.Timestamp, roots *x509.CertPool) (*x509.Certificate, error) {
	p7, err := pkcs7.Parse(t.RawToken)
	if err != nil {
		return nil, err
	}
	signer := p7.GetOnlySigner()
	if signer == nil {
		return nil, errors.New("it is not signed by one certificate that it carries")
	}
	if err := forStamping(signer); err != nil {
		return nil, err
	}
	if err := p7.VerifyWithOpts(x509.VerifyOptions{
		Roots: roots, Intermediates: pool(p7.Certificates), CurrentTime: t.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	}); err != nil {
		return nil, err
	}
	var content asn1.ObjectIdentifier
	if err := p7.UnmarshalSignedAttribute(oidContentType, &content); err != nil || !content.Equal(oidTSTInfo) {
		return nil, errors.New("what is signed is not a time stamp")
	}
	return signer, names(p7, signer)
}

func pool(certs []*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c)
	}
	return p
}

// forStamping checks that the certificate is for time-stamping and nothing else.
func forStamping(c *x509.Certificate) error {
	if len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(c.UnknownExtKeyUsage) > 0 {
		return errors.New("its certificate is not for time-stamping alone")
	}
	for _, e := range c.Extensions {
		if e.Id.Equal(oidExtKeyUsage) && e.Critical {
			return nil
		}
	}
	return errors.New("its certificate is not bound to time-stamping: the extension is not critical")
}

// The attribute by which a token names its certificate: RFC 2634 and RFC 5035.
type (
	certID struct {
		Hash   []byte
		Issuer asn1.RawValue `asn1:"optional"`
	}
	certIDv2 struct {
		Algorithm algorithm `asn1:"optional"` // SHA-256 if absent
		Hash      []byte
		Issuer    asn1.RawValue `asn1:"optional"`
	}
	algorithm struct {
		ID         asn1.ObjectIdentifier
		Parameters asn1.RawValue `asn1:"optional"`
	}
)

// names checks that the signed attributes name the signer's certificate, so that no
// other of the same key and name stands in for it.
func names(p7 *pkcs7.PKCS7, signer *x509.Certificate) error {
	var v2 struct {
		Certs    []certIDv2
		Policies asn1.RawValue `asn1:"optional"`
	}
	var v1 struct {
		Certs    []certID
		Policies asn1.RawValue `asn1:"optional"`
	}
	switch {
	case p7.UnmarshalSignedAttribute(oidSigningCertV2, &v2) == nil && len(v2.Certs) > 0:
		if id := v2.Certs[0].Algorithm.ID; len(id) > 0 && !id.Equal(oidSHA256) {
			return fmt.Errorf("it names its certificate by %s, which is not SHA-256", id)
		}
		if sum := sha256.Sum256(signer.Raw); bytes.Equal(sum[:], v2.Certs[0].Hash) {
			return nil
		}
	case p7.UnmarshalSignedAttribute(oidSigningCert, &v1) == nil && len(v1.Certs) > 0:
		if sum := sha1.Sum(signer.Raw); bytes.Equal(sum[:], v1.Certs[0].Hash) { //nolint:gosec // see above
			return nil
		}
	}
	return errors.New("its certificate is not the one that it names")
}
