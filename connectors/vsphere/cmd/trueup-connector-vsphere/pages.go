package main

import (
	"context"
	"fmt"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

// pages asks for answer after answer until the server has no more.
func pages(ctx context.Context, c *client, request types.RetrievePropertiesEx, each func([]types.ObjectContent) error) error {
	first, err := methods.RetrievePropertiesEx(ctx, c.Client.Client, &request)
	if err != nil {
		return failure(ctx, fmt.Errorf("read: %w", err))
	}
	result := first.Returnval
	for result != nil {
		// An object that went away between the view and the answer says so; it is
		// left out with what it lacks, never guessed.
		if err := each(result.Objects); err != nil || result.Token == "" {
			return err
		}
		more, err := methods.ContinueRetrievePropertiesEx(ctx, c.Client.Client, &types.ContinueRetrievePropertiesEx{This: request.This, Token: result.Token})
		if err != nil {
			return failure(ctx, fmt.Errorf("read on: %w", err))
		}
		result = &types.RetrieveResult{Token: more.Returnval.Token, Objects: more.Returnval.Objects}
	}
	return nil
}
