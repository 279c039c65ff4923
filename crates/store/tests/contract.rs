//! What holds for every store, tried on each kind of store. Those that need a server start it themselves; where it
//! cannot be had they say so and count as passed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

#[path = "contract/answers.rs"]
mod answers;
#[path = "contract/appending.rs"]
mod appending;
#[cfg(feature = "postgres")]
#[path = "contract/changes.rs"]
mod changes;
#[path = "contract/marks.rs"]
mod marks;
#[path = "contract/processes.rs"]
mod processes;
#[path = "contract/texts.rs"]
mod texts;

/// What a child process runs, see `support::child`.
#[test]
fn writes_as_instructed() {
    support::child::work();
}

/// Tries the whole contract on a kind of store.
macro_rules! contract {
    ($kind:ident, $home:ty; $($module:ident { $($name:ident,)* })*) => {
        mod $kind {
            $($(
                #[test]
                fn $name() {
                    if let Some(home) = <$home>::new() {
                        crate::$module::$name(&home);
                    }
                }
            )*)*
        }
    };
    ($kind:ident, $home:ty) => {
        contract! { $kind, $home;
            appending {
                appended_events_are_read_back,
                a_number_is_stored_once_however_often_it_is_sent,
                batches_in_any_order_make_the_same_run,
                a_short_run_can_grow_after_its_summary_was_recomputed,
                two_producers_of_one_run_lose_nothing,
                invalid_batches_are_refused_completely,
                the_longest_line_is_kept,
                a_run_can_be_followed,
                reading_stops_when_the_caller_stops,
                everything_is_there_after_reopening,
            }
            texts {
                texts_are_kept_byte_for_byte,
                texts_that_some_databases_consider_equal_are_distinguished,
                times_and_numbers_keep_all_their_digits,
                events_of_the_future_are_kept,
            }
            answers {
                the_summary_follows_the_events,
                lists_are_filtered_and_paged,
                a_page_continues_where_the_last_one_ended,
                a_task_has_a_history,
                runs_are_counted_and_their_durations_known,
                metrics_are_summarised,
            }
            marks {
                people_pin_label_and_remove_runs,
                a_new_event_restores_a_run_from_the_trash,
                a_removed_run_is_gone_and_can_be_recorded_again,
            }
            processes {
                many_threads_append_to_one_run,
                nothing_acknowledged_is_lost_when_writers_are_killed,
                several_processes_write_or_get_busy,
                a_store_of_a_later_release_is_not_changed,
            }
        }
    };
}

contract!(file, crate::support::homes::Files);
#[cfg(feature = "sqlite")]
contract!(sqlite, crate::support::homes::Sqlite);
#[cfg(feature = "postgres")]
contract!(postgres, crate::support::homes::Postgres);
#[cfg(feature = "mysql")]
contract!(mysql, crate::support::homes::Mysql);
#[cfg(feature = "redis")]
contract!(redis, crate::support::homes::Redis);
#[cfg(feature = "mongodb")]
contract!(mongodb, crate::support::homes::Mongodb);
