package timestamp_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"log"
	"os"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/timestamp"
	"github.com/trueup-dev/trueup/evidence/witness"
)

// A checkpoint is published and stamped, and the stamps are read back and checked. It
// is not run here, since it needs an authority.
func ExampleAnchor() {
	ctx := context.Background()
	signer, err := evidence.LoadKeyFile("log.key")
	if err != nil {
		log.Fatal(err)
	}
	l, err := evidence.Open(ctx, "evidence-log", evidence.Options{Signer: signer})
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	authorities, err := os.ReadFile("authority.pem")
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authorities)
	anchor, err := timestamp.New(timestamp.Options{URL: "https://tsa.example/", Roots: roots, Dir: "stamps"})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := witness.Publish(ctx, l, anchor); err != nil {
		log.Fatal(err)
	}
	stamped, err := timestamp.Read("stamps", roots)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range stamped {
		fmt.Println(s.Size, s.Stamps[0].Time, s.Stamps[0].Authority)
	}
}
