//! Servers of their own for the measurement, and a plain table in each.

use super::plain::Table;
use super::{Place, servers};

/// A server and what is measured there; the server lasts as long as this does.
pub(crate) type Served = (servers::Server, Place);

/// Every kind of server that this is built for and that can be had here.
pub(crate) fn places() -> Vec<Served> {
    let mut places = Vec::new();
    #[cfg(feature = "postgres")]
    places.extend(said("postgres", servers::postgres::start()).map(|server| {
        let url = servers::postgres::url(server.folder(), "postgres");
        let plain = url.clone();
        (
            server,
            Place {
                url,
                plain: Box::new(move || Some(Box::new(sql::Postgres::new(&plain)) as Box<dyn Table>)),
            },
        )
    }));
    #[cfg(feature = "mysql")]
    places.extend(said("mysql", servers::mysql::start()).map(|server| {
        let made = servers::mysql::sql(server.folder(), "mysql", "CREATE DATABASE bench").status();
        assert!(made.unwrap().success());
        let url = servers::mysql::url(server.folder(), "bench");
        let plain = url.clone();
        (
            server,
            Place { url, plain: Box::new(move || Some(Box::new(sql::Mysql::new(&plain)) as Box<dyn Table>)) },
        )
    }));
    #[cfg(feature = "redis")]
    places.extend(said("redis", servers::redis::start()).map(|server| {
        let url = servers::redis::url(server.folder(), "0");
        let plain = url.clone();
        (
            server,
            Place {
                url,
                plain: Box::new(move || Some(Box::new(list::Redis::new(&plain)) as Box<dyn Table>)),
            },
        )
    }));
    #[cfg(feature = "mongodb")]
    places.extend(said("mongodb", super::mongodb::start()).map(|server| {
        let url = super::mongodb::url(super::mongodb::port(server.folder()), "bench");
        let plain = url.clone();
        (
            server,
            Place {
                url,
                plain: Box::new(move || Some(Box::new(collection::Mongodb::new(&plain)) as Box<dyn Table>)),
            },
        )
    }));
    places
}

fn said(kind: &str, started: Result<servers::Server, String>) -> Option<servers::Server> {
    started.inspect_err(|why| eprintln!("skipped: {kind}: {why}")).ok()
}

/// Tables of SQL, filled by one statement a batch.
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod sql {
    use sqlx::{Connection as _, Executor as _, QueryBuilder};

    use super::Table;

    macro_rules! table {
        ($name:ident, $feature:literal, $database:ty, $bytes:literal) => {
            #[cfg(feature = $feature)]
            pub(super) struct $name {
                runtime: tokio::runtime::Runtime,
                connection: <$database as sqlx::Database>::Connection,
            }

            #[cfg(feature = $feature)]
            impl $name {
                pub(super) fn new(url: &str) -> $name {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    let connection = runtime.block_on(async {
                        let mut connection =
                            <$database as sqlx::Database>::Connection::connect(url).await.unwrap();
                        let make = concat!(
                            "CREATE TABLE plain_events (run ",
                            $bytes,
                            ", producer ",
                            $bytes,
                            ", seq BIGINT, line ",
                            $bytes,
                            ", PRIMARY KEY (seq))"
                        );
                        connection.execute(make).await.unwrap();
                        connection
                    });
                    $name { runtime, connection }
                }
            }

            #[cfg(feature = $feature)]
            impl Table for $name {
                fn insert(&mut self, run: &str, first: u64, lines: &[String]) {
                    let mut insert = QueryBuilder::<$database>::new("INSERT INTO plain_events ");
                    insert.push_values((first..).zip(lines), |mut row, (seq, line)| {
                        row.push_bind(run.as_bytes()).push_bind(&b"bench"[..]).push_bind(seq as i64);
                        row.push_bind(line.as_bytes());
                    });
                    let insert = insert.build().execute(&mut self.connection);
                    assert_eq!(self.runtime.block_on(insert).unwrap().rows_affected(), lines.len() as u64);
                }
            }
        };
    }

    table!(Postgres, "postgres", sqlx::Postgres, "BYTEA");
    table!(Mysql, "mysql", sqlx::MySql, "LONGBLOB");
}

/// A list of Redis, filled by one command a batch.
#[cfg(feature = "redis")]
mod list {
    use super::Table;

    pub(super) struct Redis(redis::Connection);

    impl Redis {
        pub(super) fn new(url: &str) -> Redis {
            Redis(redis::Client::open(url).unwrap().get_connection().unwrap())
        }
    }

    impl Table for Redis {
        fn insert(&mut self, run: &str, _: u64, lines: &[String]) {
            redis::cmd("RPUSH").arg(format!("plain:{run}")).arg(lines).exec(&mut self.0).unwrap();
        }
    }
}

/// A collection of MongoDB with a document a line, filled by one command a batch.
#[cfg(feature = "mongodb")]
mod collection {
    use mongodb::bson::{Document, doc};
    use mongodb::options::{Acknowledgment, WriteConcern};

    use super::Table;

    pub(super) struct Mongodb(tokio::runtime::Runtime, mongodb::Database);

    impl Mongodb {
        pub(super) fn new(url: &str) -> Mongodb {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let client = runtime.block_on(mongodb::Client::with_uri_str(url)).unwrap();
            let database = client.default_database().unwrap();
            Mongodb(runtime, database)
        }
    }

    impl Table for Mongodb {
        fn insert(&mut self, run: &str, first: u64, lines: &[String]) {
            let lines = (first..)
                .zip(lines)
                .map(|(seq, line)| doc! { "run": run, "producer": "bench", "seq": seq as i64, "line": line });
            let durable = WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build();
            let plain = self.1.collection::<Document>("plain");
            self.0.block_on(async { plain.insert_many(lines).write_concern(durable).await.unwrap() });
        }
    }
}
