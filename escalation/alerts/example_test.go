package alerts

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/trueup-dev/trueup/escalation/notice"
)

func ExampleSink_Send() {
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var alerts []struct {
			Labels map[string]string
			EndsAt time.Time
		}
		fmt.Println(r.URL.Path, json.NewDecoder(r.Body).Decode(&alerts))
		fmt.Println(alerts[0].Labels, alerts[0].EndsAt.Format(time.DateOnly))
	}))
	defer srv.Close()
	s, err := New(Options{URL: srv.URL, Labels: map[string]string{"team": "sam"}, Horizon: 30 * 24 * time.Hour})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	l := notice.Letter{ID: "d1", Subject: "[high] case-17: opened", Case: "case-17", Severity: "high", Opened: at, At: at}
	fmt.Println(s.Send(context.Background(), l, at))
	l.Closed, l.At = at.AddDate(0, 0, 3), at.AddDate(0, 0, 3)
	fmt.Println(s.Send(context.Background(), l, at))
	// Output:
	// /api/v2/alerts <nil>
	// map[alertname:trueup case:case-17 severity:high team:sam] 2026-04-01
	// <nil>
	// /api/v2/alerts <nil>
	// map[alertname:trueup case:case-17 severity:high team:sam] 2026-03-05
	// <nil>
}
