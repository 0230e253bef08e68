//! What Outreach's refusals mean, and what to do about them: the texts beside its own words.

/// What an error code of Outreach, or of ours about Outreach, means for one record.
pub(super) fn of(code: &str, status: Option<u16>) -> &'static str {
    match code {
        "resourceNotFound" => {
            "Outreach has no prospect with this number, or you may not see it; check the OutreachId"
        }
        "unauthorizedRequest" => {
            "you may not edit this prospect; ask your Outreach administrator about your governance profile"
        }
        "validationDataTooLongError" => {
            "a value is longer than Outreach takes; shorten it in the source or let the mapping cut it"
        }
        "validationDuplicateValueError" => {
            "another prospect already has this value; each address belongs to one prospect"
        }
        "validationError" => {
            "Outreach does not take one of the values; its own words name the field"
        }
        "http_502" | "http_500" | "http_504" => {
            "Outreach failed to answer again and again; the next run tries once more"
        }
        "timeout" | "network" => "no answer came; the next run tries once more",
        "not_outreach" => {
            "something else answered in place of Outreach; the next run tries once more"
        }
        "echo_differs" => "Outreach took the change but holds another value than the one sent",
        _ => match status {
            Some(400) => "Outreach cannot read the change; check the mapping of this field",
            Some(409) => "the prospect was being changed by somebody else",
            Some(500..) => {
                "Outreach failed to answer again and again; the next run tries once more"
            }
            _ => "Outreach refused the change; its own words say why",
        },
    }
}
