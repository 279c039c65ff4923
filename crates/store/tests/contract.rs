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
fn writes_as_it_is_told() {
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
                what_is_appended_is_read_again,
                a_number_is_stored_once_however_often_it_is_sent,
                batches_in_any_order_make_the_same_run,
                a_short_run_goes_on_after_its_summary_was_computed_anew,
                two_producers_of_one_run_lose_nothing,
                what_makes_no_sense_is_refused_whole,
                the_longest_line_is_kept,
                a_run_can_be_followed,
                reading_stops_when_nobody_wants_more,
                all_is_there_after_opening_again,
            }
            texts {
                texts_are_kept_byte_for_byte,
                texts_that_some_databases_take_for_equal_are_told_apart,
                times_and_numbers_keep_all_their_digits,
                events_of_the_future_are_kept,
            }
            answers {
                the_summary_follows_the_events,
                lists_are_filtered_and_paged,
                a_page_goes_on_where_the_last_one_ended,
                a_task_has_a_history,
                runs_are_counted_and_their_durations_known,
                metrics_are_summed_up,
            }
            marks {
                people_pin_label_and_remove_runs,
                a_run_in_the_trash_is_alive_again_with_its_next_event,
                what_is_removed_is_gone_and_may_come_again,
            }
            processes {
                many_threads_append_to_one_run,
                nothing_acknowledged_is_lost_when_writers_are_killed,
                several_processes_write_or_are_told_that_they_may_not,
                a_store_of_a_later_release_is_left_alone,
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
