//! The segment maps that come with the engine, in the notation of `[[rfm.segments]]`.

/// Segments as (name, cell patterns).
type Segments = &'static [(&'static str, &'static [&'static str])];

/// Number of scores these maps are made for.
pub(super) const SCORES: u8 = 5;

/// The grid printed in Squeezely's help pages; the eleven names are common among vendors.
#[rustfmt::skip] // one line per recency score
pub(super) const ELEVEN: Segments = &[
    ("champions", &[
        "445", "454", "455",
        "544", "545", "554", "555",
    ]),
    ("loyal", &[
        "335", "344", "345", "354", "355",
        "435", "444",
        "543",
    ]),
    ("potential_loyalist", &[
        "323", "333", "341", "342", "351", "352", "353",
        "423", "431", "432", "433", "441", "442", "451", "452", "453",
        "531", "532", "533", "541", "542", "551", "552", "553",
    ]),
    ("new_customers", &[
        "311",
        "411", "412", "421", "422",
        "511", "512",
    ]),
    ("promising", &[
        "313", "314", "315",
        "413", "414", "415", "424", "425",
        "513", "514", "515", "521", "522", "523", "524", "525",
    ]),
    ("need_attention", &[
        "324", "325", "334", "343",
        "434", "443",
        "534", "535",
    ]),
    ("about_to_sleep", &[
        "213", "221", "231", "241", "251",
        "312", "321", "331",
    ]),
    ("at_risk", &[
        "124", "125", "133", "134", "135", "142", "143", "145", "152", "153",
        "224", "225", "234", "235", "242", "243", "244", "245", "252", "253", "254", "255",
    ]),
    ("cannot_lose_them", &[
        "113", "114", "115", "144", "154", "155",
        "214", "215",
    ]),
    ("hibernating", &[
        "122", "123", "132",
        "211", "212", "222", "223", "232", "233",
        "322", "332",
    ]),
    ("lost", &["111", "112", "121", "131", "141", "151"]),
];

/// The ten-name grid over recency and frequency found in many tutorials.
pub(super) const TEN: Segments = &[
    ("champions", &["5[4-5]"]),
    ("loyal", &["[3-4][4-5]"]),
    ("potential_loyalist", &["[4-5][2-3]"]),
    ("new_customers", &["51"]),
    ("promising", &["41"]),
    ("need_attention", &["33"]),
    ("about_to_sleep", &["3[1-2]"]),
    ("at_risk", &["[1-2][3-4]"]),
    ("cannot_lose_them", &["[1-2]5"]),
    ("hibernating", &["[1-2][1-2]"]),
];
