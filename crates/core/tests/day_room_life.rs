//! A day in a zone's room: opened, joined, used, ended.

mod day_support;

use bystand_core::device::desk::DeskCommand;
use bystand_core::device::host::HostEvent;
use bystand_core::device::member::MemberEvent;
use bystand_core::testing::FOUNDER;
use bystand_wire::Role;
use day_support::*;

#[test]
fn members_join_and_hear_of_a_call_out() {
    let mut world = opened(1);
    let near = admit_member(&mut world, "near", &[Role::Observer]);
    let far = admit_member(&mut world, "far", &[Role::Observer]);
    on_duty(&mut world, near);
    on_duty_at(&mut world, far, far_away());
    for member in [near, far] {
        assert!(world.run_until(MINUTE, |w| is_in(w, member)), "{:?}", member_events(&world, member));
    }
    let incident = incident(&mut world, 1);
    desk(&mut world, DeskCommand::Check(incident, vec![Role::Observer], 10));
    world.run(5 * SECOND);
    let heard = |member: usize| {
        member_events(&world, member).into_iter().find_map(|e| match e {
            MemberEvent::CallOut(_, call_out, is_near) => Some((call_out, is_near)),
            _ => None,
        })
    };
    let (call_out, is_near) = heard(near).expect("passed on");
    assert!(is_near);
    assert_eq!(heard(far), Some((call_out, false)));
    let passed = host_events(&world, FOUNDER).into_iter().filter(|e| matches!(e, HostEvent::Passed { .. }));
    assert_eq!(passed.count(), 1);
}
