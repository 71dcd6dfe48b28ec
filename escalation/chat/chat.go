// Package chat posts the letters of cases to chat services through the library
// shoutrrr, which knows some thirty of them by URL: Slack, Teams, Matrix, Mattermost,
// Rocket.Chat, Telegram and others.
//
// A service's URL holds its secret. It therefore appears in no error, and what the
// library says of a failure, which quotes it, is dropped: the error says that the
// service did not take the message, and every such failure is tried again until it
// becomes a dead letter.
//
// Chat has no ids of messages, so the last line of each is the delivery's id: a
// person who sees it twice knows that it is one message.
package chat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/nicholas-fedor/shoutrrr"
	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/trueup-dev/trueup/escalation/notice"
)

// ErrNotTaken is wrapped when the service did not take a message.
var ErrNotTaken = errors.New("the chat service did not take the message")

// Options say where letters go.
type Options struct {
	// URL is the service's in shoutrrr's form, such as slack://TOKEN@CHANNEL.
	URL string
	// Timeout bounds one letter; 0 means 10 seconds.
	Timeout time.Duration
}

// Room posts letters to one place. It is safe for concurrent use.
type Room struct{ o Options }

const timeout = 10 * time.Second

// New checks that the URL is one of a service that the library knows.
func New(o Options) (*Room, error) {
	if o.Timeout <= 0 {
		o.Timeout = timeout
	}
	r := &Room{o}
	_, err := r.router()
	return r, err
}

// router is one of its own for each letter, since it keeps state.
func (r *Room) router() (*router.ServiceRouter, error) {
	s, err := shoutrrr.NewSender(log.New(io.Discard, "", 0), r.o.URL)
	if err != nil {
		return nil, errors.New("chat: the URL is none of a service that is known")
	}
	return s, nil
}

// Send posts a letter. The library takes no context: a cancelled one ends the
// waiting at once, while a request under way ends by the timeout at the latest.
func (r *Room) Send(ctx context.Context, l notice.Letter, _ time.Time) error {
	if err := over(ctx); err != nil {
		return fmt.Errorf("chat: %w", err)
	}
	s, err := r.router()
	if err != nil {
		return err
	}
	s.Timeout = r.o.Timeout
	if end, ok := ctx.Deadline(); ok {
		s.Timeout = min(s.Timeout, time.Until(end))
	}
	done := make(chan []error, 1)
	go func() { done <- s.Send(Text(l), &types.Params{"title": l.Subject}) }()
	select {
	case <-ctx.Done():
		return fmt.Errorf("chat: %w", ctx.Err())
	case errs := <-done:
		for _, err := range errs {
			if err != nil {
				return fmt.Errorf("chat: %w", cmp.Or(over(ctx), ErrNotTaken))
			}
		}
	}
	return nil
}

// over is why a context has ended. Its deadline counts from the instant itself, which
// the library's own timeout may notice before the context does.
func over(ctx context.Context) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= 0 {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

// Text is what is posted of a letter.
func Text(l notice.Letter) string {
	return fmt.Sprintf("%s\n\n%s\nmessage %s", l.Subject, l.Text, l.ID)
}
