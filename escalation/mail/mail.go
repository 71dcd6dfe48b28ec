// Package mail sends the letters of cases by SMTP.
//
// A message has a text and an HTML part that say the same, the letter's date, and
// a Message-ID made of the delivery's id, so that a repeated letter is the same
// message to whoever files or reads it. Nothing of a letter can become a header of
// its own: what holds a line break where none belongs is refused, and the subject
// is encoded.
//
// The connection is upgraded with STARTTLS before anything is said, and a server
// that does not offer it is refused, save on a loopback address where Plain says
// so. Dialling, the dialogue and the sending end with the context and at the
// latest after the timeout.
//
// # What is left out
//
// Bounces that come later as mail. What the server refuses at once is a permanent
// failure; a mailbox that bounces must be read by somebody.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// Options say through which server letters go.
type Options struct {
	// Host and Port are the server's; port 0 means 587.
	Host string
	Port int
	// From is the sender's address, with or without a name.
	From string
	// Domain is the right side of message ids; empty means From's domain.
	Domain string
	// User and Password log in where they are given.
	User, Password string
	// TLS configures STARTTLS; nil means the system's roots.
	TLS *tls.Config
	// Plain leaves STARTTLS out. Only a loopback address may be spoken to so.
	Plain bool
	// Timeout bounds one letter; 0 means 30 seconds.
	Timeout time.Duration
}

// Mailer sends letters. It is immutable and safe for concurrent use: every
// letter has a connection of its own.
type Mailer struct {
	o       Options
	from    *netmail.Address
	options []gomail.Option
}

const (
	submission = 587
	timeout    = 30 * time.Second
)

// New checks the options and makes a mailer. It does not connect.
func New(o Options) (*Mailer, error) {
	if o.Port == 0 {
		o.Port = submission
	}
	if o.Timeout <= 0 {
		o.Timeout = timeout
	}
	from, err := netmail.ParseAddress(o.From)
	switch {
	case err != nil || strings.ContainsAny(o.From, "\r\n"):
		return nil, errors.New("mail: From is no address")
	case o.Host == "":
		return nil, errors.New("mail: Host must be given")
	case o.Plain && !loopback(o.Host):
		return nil, errors.New("mail: without STARTTLS only a loopback address may be spoken to")
	}
	if o.Domain == "" {
		_, o.Domain, _ = strings.Cut(from.Address, "@")
	}
	m := &Mailer{o: o, from: from, options: []gomail.Option{
		gomail.WithPort(o.Port), gomail.WithTimeout(o.Timeout), gomail.WithTLSPolicy(gomail.TLSMandatory),
	}}
	if o.Plain {
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if o.TLS != nil {
		m.options = append(m.options, gomail.WithTLSConfig(o.TLS.Clone()))
	}
	if o.User != "" {
		m.options = append(m.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(o.User), gomail.WithPassword(o.Password))
	}
	if _, err := gomail.NewClient(o.Host, m.options...); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return m, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// MessageID is the id of the message that carries a delivery, without brackets.
func (m *Mailer) MessageID(delivery string) string { return delivery + "@" + m.o.Domain }

// Send sends a letter to its address. The instant is not used: a letter carries
// its own date.
func (m *Mailer) Send(ctx context.Context, l notice.Letter, _ time.Time) error {
	msg, err := m.message(l)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, m.o.Timeout)
	defer cancel()
	client, err := gomail.NewClient(m.o.Host, append(slices.Clip(m.options), gomail.WithDialContextFunc(dial(ctx)))...)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	return m.failure(ctx, client.DialAndSendWithContext(ctx, msg))
}

// dial connects and hangs up when the context of the letter ends: the library
// looks at it while it connects, and not while a server is silent.
func dial(letter context.Context) gomail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			context.AfterFunc(letter, func() { _ = conn.Close() })
		}
		return conn, err
	}
}

// failure says what kind of failure an error of the dialogue is. What the server
// refuses with a code of 500 or more it will refuse again, but for a login, which
// an operator can mend.
func (m *Mailer) failure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("mail: %w", ctx.Err())
	}
	var refused *gomail.SendError
	if errors.As(err, &refused) && refused.ErrorCode() >= 500 {
		return fmt.Errorf("mail: the server answered %d: %w", refused.ErrorCode(), runner.ErrPermanent)
	}
	return fmt.Errorf("mail: %w", err)
}

// message is the letter as a message. Its errors say what is wrong and do not
// quote it.
func (m *Mailer) message(l notice.Letter) (*gomail.Msg, error) {
	to := l.Address
	if to == "" {
		to = l.To
	}
	address, err := netmail.ParseAddress(to)
	if err != nil || strings.ContainsAny(to, "\r\n") {
		return nil, fmt.Errorf("mail: the recipient's address is none: %w", runner.ErrNoAddress)
	}
	if strings.ContainsAny(l.Subject, "\r\n") || l.ID == "" || strings.ContainsAny(l.ID, "\r\n<>@ ") {
		return nil, fmt.Errorf("mail: the letter's subject or id has what no header may: %w", runner.ErrPermanent)
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary("trueup-"+l.ID))
	if err := errors.Join(msg.From(m.from.String()), msg.To(address.String())); err != nil {
		return nil, fmt.Errorf("mail: an address is none: %w", runner.ErrNoAddress)
	}
	msg.Subject(l.Subject)
	msg.SetDateWithValue(l.At.UTC())
	msg.SetMessageIDWithValue(m.MessageID(l.ID))
	msg.SetGenHeader("X-Trueup-Delivery", l.ID)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, l.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	return msg, nil
}
