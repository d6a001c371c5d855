package main

import (
	"encoding/json"
	"fmt"

	"github.com/valyala/fasthttp"
)

const (
	createDocument = `mutation Add($input: CreateTaskInput!) { createTask(input: $input) ` +
		`{ task { id version } cursor errors { code field message } } }`
	eventsDocument = `subscription Live($after: Cursor) { events(after: $after) ` +
		`{ cursor type aggregateId task { id title version } } }`
	cursorDocument = `query Position { cursor }`
	logDocument    = `query Log($after: Cursor!) { events(first: 100, after: $after) ` +
		`{ nodes { cursor aggregateId task { title } } pageInfo { hasNextPage endCursor } } }`
)

type taskflow struct {
	http    *fasthttp.HostClient
	address string
}

func (t *taskflow) path(User) string { return "ws://" + t.address + "/graphql" }

func (t *taskflow) first(user User, after string) []string {
	return []string{
		message("", "connection_init", map[string]any{"authorization": "Bearer " + user.Token}),
		message("1", "subscribe", operation(eventsDocument, "Live", map[string]any{"after": after})),
	}
}

func (t *taskflow) position(user User) (string, error) {
	var data struct{ Cursor string }
	err := t.ask(user, cursorDocument, "Position", nil, &data)
	return data.Cursor, err
}

func (t *taskflow) create(user User, number int64, title string) (change, error) {
	var data struct {
		CreateTask struct {
			Task   *struct{ ID string }
			Cursor string
			Errors []json.RawMessage
		}
	}
	variables := map[string]any{"input": map[string]any{"title": title}}
	if err := t.ask(user, createDocument, "Add", variables, &data); err != nil {
		return change{}, err
	}
	made := data.CreateTask
	if made.Task == nil || len(made.Errors) > 0 {
		return change{}, fmt.Errorf("createTask was refused: %s", made.Errors)
	}
	return change{number, made.Task.ID, made.Cursor}, nil
}

func (t *taskflow) log(user User, after string) ([]change, error) {
	changes := []change{}
	for {
		var data struct {
			Events struct {
				Nodes []struct {
					Cursor, AggregateID string
					Task                *struct{ Title string }
				}
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		if err := t.ask(user, logDocument, "Log", map[string]any{"after": after}, &data); err != nil {
			return nil, err
		}
		for _, node := range data.Events.Nodes {
			number := int64(-1)
			if node.Task != nil {
				number, _ = readTitle([]byte(node.Task.Title))
			}
			changes = append(changes, change{number, node.AggregateID, node.Cursor})
		}
		if !data.Events.PageInfo.HasNextPage {
			return changes, nil
		}
		after = data.Events.PageInfo.EndCursor
	}
}

func (t *taskflow) ask(user User, document, name string, variables map[string]any, data any) error {
	body, err := json.Marshal(operation(document, name, variables))
	if err != nil {
		return err
	}
	answer, err := post(t.http, "http://"+t.address+"/graphql", user.Token, body)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	envelope := struct {
		Data   any
		Errors []json.RawMessage
	}{Data: data}
	if err := json.Unmarshal(answer, &envelope); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if len(envelope.Errors) > 0 {
		return fmt.Errorf("%s: %s", name, envelope.Errors)
	}
	return nil
}

func operation(document, name string, variables map[string]any) map[string]any {
	return map[string]any{"query": document, "operationName": name, "variables": variables}
}

func message(id, kind string, payload any) string {
	content := map[string]any{"type": kind, "payload": payload}
	if id != "" {
		content["id"] = id
	}
	text, err := json.Marshal(content)
	if err != nil {
		panic(err) // of strings and maps alone
	}
	return string(text)
}
