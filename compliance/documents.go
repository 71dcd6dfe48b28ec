package compliance

// Documents are the versions of what a result was computed by, as digests: SHA-256,
// hexadecimal. Together with the two instants of a result and the digest of its
// estate they say whether two results may differ at all.
type Documents struct {
	// Metrics is the digest of the metric library, Catalog that of the catalog,
	// empty where the recogniser has none.
	Metrics string `json:"metrics,omitempty"`
	Catalog string `json:"catalog,omitempty"`
}

func (in Input) documents() Documents {
	d := Documents{Metrics: in.Metrics.Digest()}
	if c, ok := in.Catalog.(interface{ Digest() string }); ok {
		d.Catalog = c.Digest()
	}
	return d
}
