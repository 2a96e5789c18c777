//! What was measured at a relay's nodes: the latest checks of each, older ones forgotten.

use rusqlite::{Connection, Row, named_params, params};

use super::words::{read_fault_kind, word};
use crate::domain::node::{Node, NodeCheck, NodeRecord};
use crate::domain::{Address, UnixMillis};

/// Checks of one node that are kept.
const KEPT: i64 = 100;

/// Writes a check, and forgets the oldest ones of the same node.
pub(super) fn note(
    db: &Connection,
    profile: &str,
    node: &Node,
    check: &NodeCheck,
) -> rusqlite::Result<()> {
    let fault = check.fault.as_ref().map(word).transpose()?;
    let us = |time: Option<u64>| time.map(|us| i64::try_from(us).unwrap_or(i64::MAX));
    db.prepare_cached(
        "INSERT INTO node_checks (profile, address, name, description, at_ms, dns_us, connect_us, tls_us, first_byte_us, fault)
         VALUES (:profile, :address, :name, :description, :at, :dns, :connect, :tls, :first, :fault)",
    )?
    .execute(named_params! {
        ":profile": profile,
        ":address": node.address.base(),
        ":name": node.name,
        ":description": node.description,
        ":at": check.at.0,
        ":dns": us(check.dns_us),
        ":connect": us(check.connect_us),
        ":tls": us(check.tls_us),
        ":first": us(check.first_byte_us),
        ":fault": fault,
    })?;
    db.prepare_cached(
        "DELETE FROM node_checks WHERE profile = ?1 AND address = ?2 AND id NOT IN
            (SELECT id FROM node_checks WHERE profile = ?1 AND address = ?2 ORDER BY id DESC LIMIT ?3)",
    )?
    .execute(params![profile, node.address.base(), KEPT])?;
    Ok(())
}

/// The nodes of a profile that were ever checked, in the order of their addresses, with their checks, newest first.
pub(super) fn list(db: &Connection, profile: &str) -> rusqlite::Result<Vec<NodeRecord>> {
    let mut rows = db.prepare_cached(
        "SELECT address, name, description, at_ms, dns_us, connect_us, tls_us, first_byte_us, fault
         FROM node_checks WHERE profile = ?1 ORDER BY address, id DESC",
    )?;
    let rows = rows.query_map([profile], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get(1)?,
            row.get(2)?,
            check(row)?,
        ))
    })?;
    let mut found: Vec<NodeRecord> = Vec::new();
    for row in rows {
        let (address, name, description, check) = row?;
        // Written by us; a damaged row must not hide the others.
        let Ok((address, _)) = Address::parse(&address) else {
            continue;
        };
        match found.last_mut() {
            Some(last) if last.node.address == address => last.checks.push(check),
            _ => found.push(NodeRecord {
                node: Node {
                    address,
                    name,
                    description,
                },
                checks: vec![check],
            }),
        }
    }
    Ok(found)
}

fn check(row: &Row<'_>) -> rusqlite::Result<NodeCheck> {
    let us = |column: usize| -> rusqlite::Result<Option<u64>> {
        Ok(row
            .get::<_, Option<i64>>(column)?
            .map(|us| u64::try_from(us).unwrap_or(0)))
    };
    Ok(NodeCheck {
        at: UnixMillis(row.get(3)?),
        dns_us: us(4)?,
        connect_us: us(5)?,
        tls_us: us(6)?,
        first_byte_us: us(7)?,
        fault: row
            .get::<_, Option<String>>(8)?
            .map(|word| read_fault_kind(&word)),
    })
}
