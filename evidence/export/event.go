package export

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/trueup-dev/trueup/evidence"
)

// Leaves gives the leaf of an entry: evidence.Log, and that of the module postgres.
type Leaves interface {
	Leaf(ctx context.Context, i evidence.Index) ([]byte, error)
}

// Event is a CloudEvent 1.0 in its JSON form that says that an entry was appended. It
// has the entry's leaf, not its payload, so that it can go to a bus that many read:
// who may read the payload fetches it. Source and ID together are unique.
type Event struct {
	SpecVersion string     `json:"specversion"`
	ID          string     `json:"id"`
	Source      string     `json:"source"`
	Type        string     `json:"type"`
	Subject     string     `json:"subject,omitempty"`
	Time        *time.Time `json:"time,omitempty"`
	ContentType string     `json:"datacontenttype"`
	Data        EventData  `json:"data"`
}

// EventData is the data of an Event.
type EventData struct {
	Index  int64  `json:"index"`
	Kind   string `json:"kind"`
	Run    string `json:"run,omitempty"`
	Leaf   string `json:"leaf"`   // base64
	SHA256 string `json:"sha256"` // of the leaf as a node of the tree, base64
}

// EventType is the type of an Event of a kind of entry: the kind after this.
const EventType = "dev.trueup.evidence."

// CloudEvent is the event of one entry of the log called origin, at the time that the
// caller knows, or none if it is zero.
func CloudEvent(ctx context.Context, l Leaves, origin string, rec evidence.Record, at time.Time) ([]byte, error) {
	leaf, err := l.Leaf(ctx, rec.Index)
	if err != nil {
		return nil, fmt.Errorf("export: event of entry %d: %w", rec.Index, err)
	}
	node := sha256.Sum256(append([]byte{0}, leaf...))
	e := Event{
		SpecVersion: "1.0", ID: strconv.FormatInt(int64(rec.Index), 10), Source: "//" + origin,
		Type: EventType + string(rec.Kind), Subject: string(rec.Run), ContentType: "application/json",
		Data: EventData{Index: int64(rec.Index), Kind: string(rec.Kind), Run: string(rec.Run),
			Leaf: base64.StdEncoding.EncodeToString(leaf), SHA256: base64.StdEncoding.EncodeToString(node[:])},
	}
	if !at.IsZero() {
		utc := at.UTC()
		e.Time = &utc
	}
	b, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("export: event of entry %d: %w", rec.Index, err)
	}
	return b, nil
}
