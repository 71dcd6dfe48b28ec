package connectortest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// with runs a check in a configured session.
func (s *suite) with(ctx context.Context, f func(ctx context.Context, c *session) error) error {
	c, err := s.configured(ctx, instance)
	if err != nil {
		return err
	}
	defer c.end()
	ctx, cancel := context.WithTimeout(ctx, s.opts.Run)
	defer cancel()
	return f(ctx, c)
}

func tryOldVersion(ctx context.Context, s *suite) error { return s.answers(ctx, "0,1,99") }

func tryHealth(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		answer, err := grpc_health_v1.NewHealthClient(c.conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: "plugin"})
		if err == nil && answer.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
			err = fmt.Errorf("it answers %v", answer.GetStatus())
		}
		return err
	})
}

func tryStranger(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		stranger, _, err := selfSigned()
		if err != nil {
			return err
		}
		for name, own := range map[string][]tls.Certificate{"no certificate": nil, "a certificate of its own": {stranger}} {
			raw, err := c.dial(ctx)
			if err != nil {
				return err
			}
			conn := tls.Client(raw, c.tls(own...))
			_ = conn.SetDeadline(time.Now().Add(s.opts.Idle))
			_, err = conn.Write([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"))
			if err == nil {
				_, err = io.ReadFull(conn, make([]byte, 9))
			}
			_ = conn.Close()
			if err == nil {
				return fmt.Errorf("it serves a client with %s", name)
			}
		}
		return nil
	})
}

func tryGarbage(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		for range 3 {
			conn, err := c.dial(ctx)
			if err != nil {
				return err
			}
			_, _ = conn.Write([]byte(strings.Repeat("\x00\xff garbage", 1000)))
			_ = conn.Close()
		}
		if _, err := c.Describe(ctx, &wire.DescribeRequest{}); err != nil {
			return fmt.Errorf("it does not answer any more: %w", err)
		}
		return nil
	})
}

func tryUnknownCall(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		err := c.conn.Invoke(ctx, "/trueup.connector.v1.Connector/Later", &wire.DescribeRequest{}, &wire.DescribeResponse{})
		if code := status.Code(err); code != codes.Unimplemented {
			return fmt.Errorf("it answers %v, want %v", code, codes.Unimplemented)
		}
		return nil
	})
}

func tryQuiet(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		if _, err := s.fully(ctx, c, instance, nil); err != nil {
			return err
		}
		c.end()
		if out, _ := c.printed(); out != "" {
			return fmt.Errorf("it printed %q to standard output after the handshake", firstLine(out))
		}
		return nil
	})
}

func tryCanary(ctx context.Context, s *suite) error {
	if len(s.target.Secrets) == 0 {
		return &skip{"no secrets are configured"}
	}
	return s.with(ctx, func(ctx context.Context, c *session) error {
		_, _ = c.Check(ctx, &wire.CheckRequest{InstanceId: instance})
		if _, err := s.fully(ctx, c, instance, nil); err != nil {
			return err
		}
		c.end()
		out, errors := c.printed()
		for name, secret := range s.target.Secrets {
			if len(secret) > 2 && strings.Contains(out+errors, secret) {
				return fmt.Errorf("the value of %q was printed", name)
			}
		}
		return nil
	})
}

func tryUnconfigured(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		return refusesInstance(ctx, c, "nobody configured this")
	})
}

func refusesInstance(ctx context.Context, c *session, name string) error {
	if _, err := c.Check(ctx, &wire.CheckRequest{InstanceId: name}); err != nil && status.Code(err) != codes.Unimplemented {
		return err
	}
	t, err := c.stream(ctx, &wire.Start{InstanceId: name}, nil)
	switch {
	case err != nil:
		return err
	case t.failure == nil:
		return errors.New("it reads for an instance that is not configured")
	}
	return nil
}

func tryReleased(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		if _, err := c.Release(ctx, &wire.ReleaseRequest{InstanceId: instance}); err != nil {
			return err
		}
		return refusesInstance(ctx, c, instance)
	})
}

func tryInstances(ctx context.Context, s *suite) error {
	if s.about.OwnProcess {
		return &skip{"its instances need processes of their own"}
	}
	return s.with(ctx, func(ctx context.Context, c *session) error {
		const names = 3
		results := make(chan error, names)
		for i := range names {
			name := fmt.Sprint("instance ", i)
			if err := s.configure(ctx, c, name); err != nil {
				return err
			}
			go func() {
				t, err := s.fully(ctx, c, name, nil)
				if err == nil {
					err = s.same(ctx, t)
				}
				results <- err
			}()
		}
		var errs []error
		for range names {
			errs = append(errs, <-results)
		}
		return errors.Join(errs...)
	})
}

func tryWrongValue(ctx context.Context, s *suite) error {
	tried := 0
	for _, setting := range s.about.Settings {
		if len(setting.Values) == 0 || setting.Secret {
			continue
		}
		tried++
		if err := s.refuses(ctx, func(src *host.Source) { src.Config[setting.Name] = "no-such-value" }); err != nil {
			return fmt.Errorf("setting %q: %w", setting.Name, err)
		}
	}
	if tried == 0 {
		return &skip{"no setting has a list of values"}
	}
	return nil
}

func tryExposedSecret(ctx context.Context, s *suite) error {
	i := slices.IndexFunc(s.about.Settings, hasSecret)
	if i < 0 {
		return &skip{"it has no secret settings"}
	}
	return s.refuses(ctx, func(src *host.Source) { src.Config[s.about.Settings[i].Name] = "not a secret any more" })
}
