//! Crashes: whatever a device has not stored is gone; what it stored and the stream bring it back.
mod rooms_common;

use bystand_crypto::rooms::*;
use rooms_common::*;

/// A device as its shell keeps it: a snapshot at each change of epoch and around own commits, and
/// beside it a cursor and the count of messages sent, written per message.
struct Device {
    config: RoomConfig,
    room: Room,
    cursor: usize,
    stored: Vec<u8>,
    stored_cursor: usize,
    stored_sent: u32,
}

impl Device {
    fn new(config: RoomConfig, mut room: Room, cursor: usize) -> Self {
        let stored = room.snapshot().expect("a snapshot").to_vec();
        Self { config, room, cursor, stored, stored_cursor: cursor, stored_sent: 0 }
    }

    fn store(&mut self) {
        self.stored = self.room.snapshot().expect("a snapshot").to_vec();
        self.stored_cursor = self.cursor;
        self.stored_sent = self.room.own_generation();
    }

    /// Reads what the stream has since the cursor; returns the bodies read.
    fn catch_up(&mut self, stream: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let mut bodies = Vec::new();
        while let Some(frame) = stream.get(self.cursor) {
            self.cursor += 1;
            match self.room.process(frame).expect("reads") {
                Incoming::Message { body, .. } => bodies.push(body.to_vec()),
                Incoming::Own { .. } => {}
                Incoming::Commit(_) => self.store(),
            }
        }
        bodies
    }

    /// The process ends; a new one starts from what is stored and the stream.
    fn crash(&mut self, stream: &[Vec<u8>]) -> Vec<Vec<u8>> {
        self.room = Room::restore(&self.config, &self.stored).expect("restores");
        self.cursor = self.stored_cursor;
        self.room.skip_own_generations(self.stored_sent).expect("skips");
        self.catch_up(stream)
    }

    fn send(&mut self, world: &mut World, body: &[u8]) {
        let frame = self.room.encrypt(body, &mut world.rng).expect("encrypts");
        // Stored before it goes out: a key is never used for two messages.
        self.stored_sent = self.room.own_generation();
        world.stream.push(frame);
    }

    fn commit(&mut self, world: &mut World, make: impl FnOnce(&mut Room, &mut World) -> PendingCommit) {
        let pending = make(&mut self.room, world);
        self.store();
        world.stream.push(pending.commit);
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Say(usize),
    Refresh(usize),
    Admit(usize),
    RemoveLast(usize),
}

const SCRIPT: [Step; 16] = [
    Step::Say(0),
    Step::Say(1),
    Step::Refresh(0),
    Step::Say(2),
    Step::Say(1),
    Step::Say(1),
    Step::Refresh(1),
    Step::Say(1),
    Step::Admit(0),
    Step::Say(2),
    Step::Say(1),
    Step::RemoveLast(1),
    Step::Say(0),
    Step::Say(1),
    Step::Admit(1),
    Step::Say(1),
];

fn team(world: &mut World) -> Vec<Device> {
    let configs: Vec<_> = ["host/a", "host/b", "host/c"].map(config).to_vec();
    let mut rooms = vec![world.create(&configs[0])];
    let joined = world.admit(&mut each(&mut rooms), &configs[1..]);
    rooms.extend(joined);
    let cursor = world.stream.len();
    configs.into_iter().zip(rooms).map(|(config, room)| Device::new(config, room, cursor)).collect()
}

/// Plays the script; after the steps named in `crashes`, device 1 loses its process.
fn play(crashes: impl Fn(usize) -> bool) -> (Vec<Vec<u8>>, Vec<String>) {
    let mut world = World::new(30);
    let mut devices = team(&mut world);
    let mut heard = Vec::new();
    for (i, step) in SCRIPT.into_iter().enumerate() {
        match step {
            Step::Say(who) => devices[who].send(&mut world, format!("step {i}").as_bytes()),
            Step::Refresh(who) => devices[who]
                .commit(&mut world, |room, world| room.refresh(NOW, &mut world.rng).expect("refreshes")),
            Step::Admit(who) => {
                let newcomer = world.key_package(&config(&format!("member/{i}"))).0;
                devices[who].commit(&mut world, |room, world| {
                    room.add(&[newcomer], &TREE, NOW, &mut world.rng).expect("adds")
                });
            }
            Step::RemoveLast(who) => devices[who].commit(&mut world, |room, world| {
                let last = room.members().last().expect("not empty").index;
                room.remove(&[last], NOW, &mut world.rng).expect("removes")
            }),
        }
        if crashes(2 * i) {
            devices[1].crash(&world.stream);
        }
        for (who, device) in devices.iter_mut().enumerate() {
            let bodies = device.catch_up(&world.stream);
            if who != 1 {
                heard.extend(bodies.iter().map(|b| format!("{who}: {}", String::from_utf8_lossy(b))));
            }
        }
        if crashes(2 * i + 1) {
            devices[1].crash(&world.stream);
        }
        assert_agree(&devices.iter().map(|d| &d.room).collect::<Vec<_>>());
    }
    (world.stream, heard)
}

#[test]
fn a_crash_between_any_two_steps_changes_nothing_for_anybody() {
    let undisturbed = play(|_| false);
    // Devices 0 and 2 hear everything that they have not said themselves.
    let spoken = SCRIPT.iter().map(|step| match step {
        Step::Say(1) => 2,
        Step::Say(_) => 1,
        Step::Refresh(_) | Step::Admit(_) | Step::RemoveLast(_) => 0,
    });
    assert_eq!(undisturbed.1.len(), spoken.sum::<usize>());
    for at in 0..2 * SCRIPT.len() {
        assert_eq!(play(|i| i == at), undisturbed, "crash at {at}");
    }
    assert_eq!(play(|_| true), undisturbed, "a crash at every chance");
}

/// After a restart the messages since the snapshot are read again, the same ones.
#[test]
fn replay_gives_the_same_messages() {
    let mut world = World::new(31);
    let mut devices = team(&mut world);
    for i in 0..5u8 {
        devices[0].send(&mut world, &[i]);
        devices[2].send(&mut world, &[100 + i]);
    }
    let first = devices[1].catch_up(&world.stream);
    assert_eq!(first.len(), 10);
    assert_eq!(devices[1].crash(&world.stream), first);
    assert_eq!(devices[1].crash(&world.stream), first);
}

/// The one thing that is dangerous, and the one that prevents it.
#[test]
fn skipping_generations_is_what_lets_others_read_on() {
    let mut world = World::new(32);
    let mut devices = team(&mut world);
    devices[1].send(&mut world, b"one");
    devices[1].send(&mut world, b"two");
    devices[0].catch_up(&world.stream);
    assert_eq!(devices[1].room.own_generation(), 2);

    let mut careless = Room::restore(&devices[1].config, &devices[1].stored).expect("restores");
    assert_eq!(careless.own_generation(), 0);
    let reused = careless.encrypt(b"with a used key", &mut world.rng).expect("encrypts");
    assert!(matches!(devices[0].room.process(&reused), Err(RoomError::AlreadySeen)));

    let mut careful = Room::restore(&devices[1].config, &devices[1].stored).expect("restores");
    careful.skip_own_generations(2).expect("skips");
    careful.skip_own_generations(1).expect("does nothing");
    assert_eq!(careful.own_generation(), 2);
    let fresh = careful.encrypt(b"three", &mut world.rng).expect("encrypts");
    let (index, credential) = (careful.own_index(), careful.own_credential().to_vec());
    assert_message(devices[0].room.process(&fresh), index, &credential, b"three");
}

/// Between making a commit and hearing what became of it.
#[test]
fn a_pending_commit_survives() {
    let mut world = World::new(33);
    let mut devices = team(&mut world);
    let pending = devices[0].room.refresh(NOW, &mut world.rng).expect("refreshes");
    devices[0].store();

    // The relay never got it: it is still there to be sent, byte by byte the same.
    devices[0].crash(&world.stream);
    assert_eq!(devices[0].room.pending(), Some(&pending));
    // The relay refused it.
    let mut refused = Room::restore(&devices[0].config, &devices[0].stored).expect("restores");
    refused.commit_rejected();
    assert!(refused.pending().is_none() && refused.epoch() == 1);
    // The relay took it, and it comes back with the stream.
    world.stream.push(pending.commit.clone());
    for device in &mut devices {
        device.crash(&world.stream);
    }
    assert_agree(&devices.iter().map(|d| &d.room).collect::<Vec<_>>());
    assert_eq!(devices[0].room.epoch(), 2);

    // A commit that went out before anything was stored cannot be followed by its own author.
    let mut forgetful = Room::restore(&devices[0].config, &devices[0].stored).expect("restores");
    let pending = devices[0].room.refresh(NOW, &mut world.rng).expect("refreshes");
    let error = forgetful.process(&pending.commit).expect_err("lost");
    assert_eq!((error.code(), error.cause()), ("room-own-commit-lost", Cause::Gone));
}

#[test]
fn a_removed_device_stays_removed() {
    let mut world = World::new(34);
    let mut devices = team(&mut world);
    let victim = devices[2].room.own_index();
    devices[0]
        .commit(&mut world, |room, world| room.remove(&[victim], NOW, &mut world.rng).expect("removes"));
    devices[2].catch_up(&world.stream);
    devices[2].store();
    let restored = Room::restore(&devices[2].config, &devices[2].stored).expect("restores");
    assert!(restored.is_removed());
}

#[test]
fn snapshots_that_are_damaged_or_of_somebody_else() {
    let mut world = World::new(35);
    let devices = team(&mut world);
    let good = &devices[0].stored;
    let error =
        |config: &RoomConfig, bytes: &[u8]| Room::restore(config, bytes).map(drop).expect_err("refused");
    assert_eq!(error(&config("host/b"), good).code(), "room-config");
    let longer = [good.clone(), vec![0]].concat();
    let mut newer = good.clone();
    assert_eq!(newer[1..3], [0, 1], "key 0, version 1");
    newer[2] = 2;
    let halves = [&good[..good.len() / 2], &good[..good.len() - 1], &longer, &newer, &[], b"snapshot"];
    for bad in halves {
        assert_eq!(error(&devices[0].config, bad).code(), "room-snapshot-damaged");
    }
}
