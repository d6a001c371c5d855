// PocketBase as it comes, with a collection of tasks whose rules let each user at their own alone.
//
// It differs in one setting: what was answered is on the disk, as with TaskFlow. By itself it may lose the last
// changes in a power cut.
package main

import (
	"log"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// The pragmas of its own core/db_connect.go, but for `synchronous`.
var pragmas = "?" + strings.Join([]string{
	"_pragma=busy_timeout(10000)",
	"_pragma=journal_mode(WAL)",
	"_pragma=journal_size_limit(200000000)",
	"_pragma=synchronous(FULL)",
	"_pragma=foreign_keys(ON)",
	"_pragma=temp_store(MEMORY)",
	"_pragma=cache_size(-32000)",
}, "&")

func main() {
	app := pocketbase.NewWithConfig(pocketbase.Config{
		DBConnect: func(path string) (*dbx.DB, error) { return dbx.Open("sqlite", path+pragmas) },
	})
	app.OnServe().BindFunc(func(served *core.ServeEvent) error {
		if err := makeTasks(served.App); err != nil {
			return err
		}
		return served.Next()
	})
	if err := app.Start(); err != nil {
		log.Fatal(err)
	}
}

func makeTasks(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	tasks := core.NewBaseCollection("tasks")
	own := types.Pointer(`user = @request.auth.id`)
	tasks.ListRule, tasks.ViewRule, tasks.CreateRule, tasks.UpdateRule, tasks.DeleteRule = own, own, own, own, own
	tasks.Fields.Add(
		&core.RelationField{Name: "user", CollectionId: users.Id, Required: true, CascadeDelete: true},
		&core.TextField{Name: "title", Required: true, Max: 500},
		&core.TextField{Name: "description"},
		&core.DateField{Name: "completedAt"},
		&core.NumberField{Name: "priority"},
		&core.DateField{Name: "dueDate"},
		&core.TextField{Name: "dueOn"},
		&core.TextField{Name: "timeZone"},
		&core.TextField{Name: "position"},
		&core.NumberField{Name: "version"},
		&core.DateField{Name: "deletedAt"},
		&core.AutodateField{Name: "createdAt", OnCreate: true},
		&core.AutodateField{Name: "updatedAt", OnCreate: true, OnUpdate: true},
	)
	tasks.AddIndex("tasks_created", false, "user, createdAt, id", "")
	tasks.AddIndex("tasks_position", false, "user, position, id", "")
	return app.Save(tasks)
}
