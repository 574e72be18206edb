//! Code pages of one byte per letter, told apart by the company that letters beyond ASCII keep.
//!
//! Words of other scripts are runs of high bytes; accented Latin letters stand among ASCII ones. Which script it
//! is shows by its frequent letters, by bytes that are no letters of it, and by capitals inside words: each different
//! word counts once, so that a unit in every row does not outweigh the names beside it.

use std::collections::BTreeSet;

use encoding_rs::{
    Encoding, KOI8_R, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
};

use super::Sniffed;

/// The encoding of a text that is not UTF-8.
pub(super) fn sniff(sample: &[u8]) -> Sniffed {
    let (mut among_ascii, mut together) = (0, 0);
    for run in runs(sample, is_1256_letter) {
        if run.touches_ascii {
            among_ascii += run.bytes.len();
        } else if run.bytes.len() > 1 {
            together += run.bytes.len();
        }
    }
    if together > among_ascii { other_script(sample) } else { latin(sample) }
}

/// Bytes that stand together.
struct Run<'a> {
    bytes: &'a [u8],
    touches_ascii: bool,
}

/// The longest stretches of bytes that are of a kind.
fn runs(sample: &[u8], is_of: fn(u8) -> bool) -> impl Iterator<Item = Run<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + sample[at..].iter().position(|byte| is_of(*byte))?;
        let length = sample[start..].iter().take_while(|byte| is_of(**byte)).count();
        at = start + length;
        let before = start.checked_sub(1).and_then(|before| sample.get(before));
        let touches_ascii = [before, sample.get(at)].into_iter().flatten().any(u8::is_ascii_alphabetic);
        Some(Run { bytes: &sample[start..at], touches_ascii })
    })
}

/// Bytes that are letters in Windows-1256: from 0xC0 on, and پ ٹ چ ژ ڈ گ ک ڑ ں below.
fn is_1256_letter(byte: u8) -> bool {
    matches!(byte, 0xC0..|0x81| 0x8A | 0x8D..=0x90 | 0x98 | 0x9A | 0x9F)
}

/// Windows-1252, or 1254 where ı İ ş Ş are more than the letters that Icelandic has beside its ý Ý þ Þ in their places.
fn latin(sample: &[u8]) -> Sniffed {
    let count = |is: fn(u8) -> bool| sample.iter().filter(|byte| is(**byte)).count();
    let turkish = count(|byte| matches!(byte, 0xDD | 0xDE | 0xFD | 0xFE));
    let icelandic =
        count(|byte| matches!(byte | 0x20, 0xE1 | 0xE6 | 0xE9 | 0xED | 0xF0 | 0xF3 | 0xFA) && byte >= 0xC0);
    // Bytes that Windows-1252 leaves free are common in encodings of several bytes per letter.
    let free = count(|byte| matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D));
    if free * 20 > count(|byte| byte >= 0x80) {
        return Sniffed::Unclear(None);
    }
    Sniffed::Text(if turkish > icelandic { WINDOWS_1254 } else { WINDOWS_1252 }.into())
}

/// A script in one of its encodings.
struct Script {
    encoding: &'static Encoding,
    /// Small letters that make up three quarters of a usual text.
    frequent: &'static str,
    /// The other small letters and the vowel marks.
    others: &'static str,
}

/// Of Russian, Ukrainian, Bulgarian and their neighbours.
const CYRILLIC: (&str, &str) = ("оеаинтсрвлкмд", "бгзуйжхцчшщъыьэюяпфёіїєґўјљњћђџќѓѕ");

const SCRIPTS: [Script; 5] = [
    Script {
        encoding: WINDOWS_1256,
        frequent: "ايلمنورتهبدسشعةأ",
        others: "ءآؤإئثجحخذزصضطظغـفقكکىپٹچژڈگڑںھہےًٌٍَُِّْ\u{200C}\u{200D}",
    },
    Script { encoding: WINDOWS_1251, frequent: CYRILLIC.0, others: CYRILLIC.1 },
    Script {
        encoding: WINDOWS_1253, frequent: "αοιετσνηρπκάόίέςυ", others: "βγδζθλμξφχψωήύώϊϋΐΰ"
    },
    Script { encoding: KOI8_R, frequent: CYRILLIC.0, others: CYRILLIC.1 },
    Script {
        encoding: WINDOWS_1255, frequent: "יוהלארתבמשנם", others: "גדזחטכסעפצקךןףץ"
    },
];

/// Letters that only end words.
const FINAL: &str = "ςךםןףץ";

/// What a byte says about a script.
#[derive(Clone, Copy)]
struct Sign {
    points: i64,
    case: Case,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    /// Stands between words.
    None,
    Small,
    Capital,
    Final,
}

/// Points off for what no word of a script has.
const MISFIT: i64 = -4;

impl Script {
    /// What each of the bytes from 0x80 on says.
    fn signs(&self) -> [Sign; 128] {
        std::array::from_fn(|place| {
            let byte = [0x80 | place as u8];
            let (text, _) = self.encoding.decode_without_bom_handling(&byte);
            self.sign(text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER))
        })
    }

    fn sign(&self, letter: char) -> Sign {
        const BETWEEN_WORDS: &str = "\u{A0}«»“”„‘’–—…·•№°،؛؟";
        let small = letter.to_lowercase().next().unwrap_or(letter);
        let points = match small {
            _ if BETWEEN_WORDS.contains(letter) => return Sign { points: 0, case: Case::None },
            _ if self.frequent.contains(small) => 2,
            _ if self.others.contains(small) => -1,
            _ => MISFIT,
        };
        let case = match letter {
            _ if FINAL.contains(letter) => Case::Final,
            _ if letter != small => Case::Capital,
            _ => Case::Small,
        };
        Sign { points, case }
    }

    /// How well words fit, in points.
    fn fit(&self, words: &BTreeSet<&[u8]>) -> i64 {
        let signs = self.signs();
        let word_fit = |word: &&[u8]| -> i64 {
            let mut before = Case::None;
            let mut points = 0;
            for byte in *word {
                let Sign { points: own, case } = signs[usize::from(byte & 0x7F)];
                points += own;
                let misfit = before == Case::Small && case == Case::Capital
                    || before == Case::Final && case != Case::None;
                points += if misfit { MISFIT } else { 0 };
                before = case;
            }
            points
        };
        words.iter().map(word_fit).sum()
    }
}

/// The script that fits best, if it does so well and clearly better than the others.
fn other_script(sample: &[u8]) -> Sniffed {
    /// What the best must be ahead by: more than three frequent letters are worth. Windows-1256 need only be ahead.
    const AHEAD: i64 = 7;
    /// Letters per point that it must be ahead by, too, and letters per point that it must have.
    const LETTERS_PER_POINT_AHEAD: i64 = 8;
    const LETTERS_PER_POINT: i64 = 2;
    let words: BTreeSet<&[u8]> = runs(sample, |byte| byte >= 0x80)
        .filter(|run| !run.touches_ascii && run.bytes.len() > 1)
        .map(|run| run.bytes)
        .collect();
    let letters: usize = words.iter().map(|word| word.len()).sum();
    let mut fits = SCRIPTS.each_ref().map(|script| (script.fit(&words), script.encoding));
    fits.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
    let [(best, first), (second, runner_up), ..] = fits;
    let letters = letters as i64;
    let ahead = if first == WINDOWS_1256 { 1 } else { AHEAD.max(letters / LETTERS_PER_POINT_AHEAD) };
    if best * LETTERS_PER_POINT < letters {
        Sniffed::Unclear(None)
    } else if best - second < ahead {
        Sniffed::Unclear(Some([first, runner_up]))
    } else {
        Sniffed::Text(first.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes as Python's codecs encode the texts in the comments.
    #[test]
    fn scripts_are_told_apart_by_their_words() {
        #[rustfmt::skip]
        let texts: [(&Encoding, &[u8]); 15] = [
            // Клиент;Номер заказа;Дата;Сумма / Иван Петров;1;2023-01-01;1,50 / ООО Ромашка;2;2023-01-02;2,50
            (WINDOWS_1251, b"\xCA\xEB\xE8\xE5\xED\xF2;\xCD\xEE\xEC\xE5\xF0 \xE7\xE0\xEA\xE0\xE7\xE0;\xC4\xE0\xF2\xE0;\xD1\xF3\xEC\xEC\xE0\n\xC8\xE2\xE0\xED \xCF\xE5\xF2\xF0\xEE\xE2;1;2023-01-01;1,50\n\xCE\xCE\xCE \xD0\xEE\xEC\xE0\xF8\xEA\xE0;2;2023-01-02;2,50\n"),
            // id;город / 1;МОСКВА / 2;САНКТ-ПЕТЕРБУРГ / 3;УФА
            (WINDOWS_1251, b"id;\xE3\xEE\xF0\xEE\xE4\n1;\xCC\xCE\xD1\xCA\xC2\xC0\n2;\xD1\xC0\xCD\xCA\xD2-\xCF\xC5\xD2\xC5\xD0\xC1\xD3\xD0\xC3\n3;\xD3\xD4\xC0\n"),
            // Πελάτης;Παραγγελία;Ποσό / Γιώργος Παπαδόπουλος;1;1,50 / ΜΑΡΙΑ ΝΙΚΟΛΑΟΥ;2;2,50
            (WINDOWS_1253, b"\xD0\xE5\xEB\xDC\xF4\xE7\xF2;\xD0\xE1\xF1\xE1\xE3\xE3\xE5\xEB\xDF\xE1;\xD0\xEF\xF3\xFC\n\xC3\xE9\xFE\xF1\xE3\xEF\xF2 \xD0\xE1\xF0\xE1\xE4\xFC\xF0\xEF\xF5\xEB\xEF\xF2;1;1,50\n\xCC\xC1\xD1\xC9\xC1 \xCD\xC9\xCA\xCF\xCB\xC1\xCF\xD5;2;2,50\n"),
            // id,city,total / 1,Αθήνα,1.5 / 2,Θεσσαλονίκη,2.5
            (WINDOWS_1253, b"id,city,total\n1,\xC1\xE8\xDE\xED\xE1,1.5\n2,\xC8\xE5\xF3\xF3\xE1\xEB\xEF\xED\xDF\xEA\xE7,2.5\n"),
            // Клиент;Номер заказа;Дата;Сумма / Иван Петров;1;2023-01-01;1,50 / ООО Ромашка;2;2023-01-02;2,50
            (KOI8_R, b"\xEB\xCC\xC9\xC5\xCE\xD4;\xEE\xCF\xCD\xC5\xD2 \xDA\xC1\xCB\xC1\xDA\xC1;\xE4\xC1\xD4\xC1;\xF3\xD5\xCD\xCD\xC1\n\xE9\xD7\xC1\xCE \xF0\xC5\xD4\xD2\xCF\xD7;1;2023-01-01;1,50\n\xEF\xEF\xEF \xF2\xCF\xCD\xC1\xDB\xCB\xC1;2;2023-01-02;2,50\n"),
            // id,city,total / 1,Екатеринбург,1.5 / 2,Москва,2.5
            (KOI8_R, b"id,city,total\n1,\xE5\xCB\xC1\xD4\xC5\xD2\xC9\xCE\xC2\xD5\xD2\xC7,1.5\n2,\xED\xCF\xD3\xCB\xD7\xC1,2.5\n"),
            // לקוח,תאריך,סכום / ירושלים,2023-01-01,5 / שרה לוי,2023-01-02,6
            (WINDOWS_1255, b"\xEC\xF7\xE5\xE7,\xFA\xE0\xF8\xE9\xEA,\xF1\xEB\xE5\xED\n\xE9\xF8\xE5\xF9\xEC\xE9\xED,2023-01-01,5\n\xF9\xF8\xE4 \xEC\xE5\xE9,2023-01-02,6\n"),
            // شناسه,نام,مبلغ / 1,علي كريمي,5 / 2,پرداخت نقدي,6 / 3,چاي گلستان,7
            (WINDOWS_1256, b"\xD4\xE4\xC7\xD3\xE5,\xE4\xC7\xE3,\xE3\xC8\xE1\xDB\n1,\xDA\xE1\xED \xDF\xD1\xED\xE3\xED,5\n2,\x81\xD1\xCF\xC7\xCE\xCA \xE4\xDE\xCF\xED,6\n3,\x8D\xC7\xED \x90\xE1\xD3\xCA\xC7\xE4,7\n"),
            // id,city,total / 1,تهران,1.5 / 2,Paris,2.5 / 3,London,2.5
            (WINDOWS_1256, b"id,city,total\n1,\xCA\xE5\xD1\xC7\xE4,1.5\n2,Paris,2.5\n3,London,2.5\n"),
            // العميل,التاريخ,المبلغ / أحمد محمود,2023-01-01,5 / مؤسسة النور,2023-01-02,6
            (WINDOWS_1256, b"\xC7\xE1\xDA\xE3\xED\xE1,\xC7\xE1\xCA\xC7\xD1\xED\xCE,\xC7\xE1\xE3\xC8\xE1\xDB\n\xC3\xCD\xE3\xCF \xE3\xCD\xE3\xE6\xCF,2023-01-01,5\n\xE3\xC4\xD3\xD3\xC9 \xC7\xE1\xE4\xE6\xD1,2023-01-02,6\n"),
            // Müşteri;Sipariş No;Tutar / Işıl Şağ;1;1,50 / Gökçe Yıldız;2;2,50
            (WINDOWS_1254, b"M\xFC\xFEteri;Sipari\xFE No;Tutar\nI\xFE\xFDl \xDEa\xF0;1;1,50\nG\xF6k\xE7e Y\xFDld\xFDz;2;2,50\n"),
            // id,city / 1,İstanbul / 2,Ankara / 3,Paris
            (WINDOWS_1254, b"id,city\n1,\xDDstanbul\n2,Ankara\n3,Paris\n"),
            // nafn;bær / Guðrún Þórðardóttir;Reykjavík / Ýmir;Ísafjörður
            (WINDOWS_1252, b"nafn;b\xE6r\nGu\xF0r\xFAn \xDE\xF3r\xF0ard\xF3ttir;Reykjav\xEDk\n\xDDmir;\xCDsafj\xF6r\xF0ur\n"),
            // id;naam / 1;François Lefèvre / 2;Müller / 3;Ñandú
            (WINDOWS_1252, b"id;naam\n1;Fran\xE7ois Lef\xE8vre\n2;M\xFCller\n3;\xD1and\xFA\n"),
            // client,ville / 1,“Hôtel” – à Évian / 2,50 € – 60 €
            (WINDOWS_1252, b"client,ville\n1,\x93H\xF4tel\x94 \x96 \xE0 \xC9vian\n2,50 \x80 \x96 60 \x80\n"),
        ];
        for (encoding, bytes) in texts {
            assert_eq!(sniff(bytes), Sniffed::Text(encoding.into()), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn what_fits_two_scripts_or_none_is_unclear() {
        // One unit in every row and a single name: руб, шт, Київ in Windows-1251.
        let units = b"id,customer,unit,total\n1,17850,\xF0\xF3\xE1,2.5\n2,17851,\xF0\xF3\xE1,3.5\n3,\xCA\xE8\xBF\xE2,\xF8\xF2,1.5\n".repeat(9);
        assert_eq!(sniff(&units), Sniffed::Unclear(Some([WINDOWS_1251, WINDOWS_1253])));
        // РОССИЯ in KOI8-R, alone, could be Greek.
        let russia = b"id,country\n1,\xF2\xEF\xF3\xF3\xE9\xF1\n";
        assert_eq!(sniff(russia), Sniffed::Unclear(Some([KOI8_R, WINDOWS_1253])));
        // 顧客番号,注文日,金額 / 東京,大阪,1 in Shift JIS and 客户,日期,金额 / 王小明,北京,1 in GBK.
        #[rustfmt::skip]
        let asian: [&[u8]; 2] = [b"\x8C\xDA\x8Bq\x94\xD4\x8D\x86,\x92\x8D\x95\xB6\x93\xFA,\x8B\xE0\x8Az\n\x93\x8C\x8B\x9E,\x91\xE5\x8D\xE3,1\n", b"\xBF\xCD\xBB\xA7,\xC8\xD5\xC6\xDA,\xBD\xF0\xB6\xEE\n\xCD\xF5\xD0\xA1\xC3\xF7,\xB1\xB1\xBE\xA9,1\n"];
        for bytes in asian {
            assert_eq!(sniff(bytes), Sniffed::Unclear(None));
        }
    }
}
