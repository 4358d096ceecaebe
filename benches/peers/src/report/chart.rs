//! A run as a drawing: for each workload a group of bars, the best on top.

use crate::bound::Bound;
use crate::contestant::Contestant;
use crate::ours;
use crate::report::Report;
use crate::report::figure::{Figure, Format};
use crate::workload::Workload;
use std::fmt::Write;

const WIDTH: f64 = 900.0;
const MARGIN: f64 = 16.0;
/// Above the groups.
const TOP: f64 = 62.0;
/// Two groups stand side by side.
const GROUP: f64 = (WIDTH - 3.0 * MARGIN) / 2.0;
/// Of a group's width: the names on the left, and the room for the longest bar's figure on the right.
const NAMES: f64 = 132.0;
const FIGURES: f64 = 56.0;
const LONGEST: f64 = GROUP - NAMES - FIGURES;
/// From bar to bar, and the height of one.
const STEP: f64 = 15.0;
const BAR: f64 = 11.0;
/// The heading of a group, and the space below it.
const HEADING: f64 = 24.0;
const FOOT: f64 = 22.0;

const STYLE: &str = "\
text { font: 11px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 17px; font-weight: 600 }
.heading { font-size: 13px; font-weight: 600 }
.unit { fill: #59636e; font-weight: 400 }
.name { text-anchor: end }
.ours { font-weight: 600 }
.grid { stroke: #d1d9e0 }
rect.rival { fill: #9aa4af }
rect.bound { fill: #d1d9e0; stroke: #59636e }
rect.ours { fill: #d4480b }
text.ours { fill: #b03a06 }";

/// The whole drawing. It has a background of its own, as the page may be light or dark.
pub fn draw(report: &Report) -> String {
    let groups: Vec<Group> = report
        .workloads()
        .into_iter()
        .filter_map(|w| Group::of(report, w))
        .collect();
    let rows: Vec<&[Group]> = groups.chunks(2).collect();
    let height = TOP + rows.iter().map(|row| row_height(row)).sum::<f64>() + 12.0;
    let machine = &report.machine;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>Spargio beside its rivals</title>\n<style>\n{STYLE}\n</style>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" rx=\"6\" fill=\"#ffffff\"/>\n"
    );
    text(
        &mut svg,
        "title",
        MARGIN,
        26.0,
        "Spargio beside its rivals: shorter is better",
    );
    let below = format!(
        "Medians; * of samples that cannot be compared. Logarithmic: from line to line ten times. {}, Linux {}",
        machine.cpu, machine.kernel
    );
    text(&mut svg, "unit", MARGIN, 44.0, &below);
    let mut top = TOP;
    for row in rows {
        for (group, left) in row.iter().zip([MARGIN, 2.0 * MARGIN + GROUP]) {
            group.draw(&mut svg, left, top);
        }
        top += row_height(row);
    }
    svg + "</svg>\n"
}

fn row_height(row: &[Group]) -> f64 {
    row.iter().map(Group::height).fold(0.0, f64::max)
}

/// A workload's bars.
struct Group {
    workload: Workload,
    bars: Vec<(String, Figure)>,
    /// The powers of ten at the left and the right.
    decades: (i32, i32),
}

impl Group {
    /// `None` if there is nothing to show.
    fn of(report: &Report, workload: Workload) -> Option<Self> {
        let standings = report.standings(workload);
        let bar = |(name, standing): (&str, _)| match standing {
            crate::report::figure::Standing::Figure(figure) => Some((name.to_string(), figure)),
            _ => None,
        };
        let mut bars: Vec<(String, Figure)> = standings.filter_map(bar).collect();
        bars.sort_by(|(_, a), (_, b)| a.median.total_cmp(&b.median));
        let exponent = |figure: &Figure| figure.median.max(1e-3).log10();
        let least = exponent(&bars.first()?.1);
        let most = exponent(&bars.last()?.1);
        // The shortest bar is to be seen, too.
        let decades = ((least - 0.3).floor() as i32, most.ceil() as i32);
        Some(Self {
            workload,
            bars,
            decades,
        })
    }

    fn height(&self) -> f64 {
        HEADING + self.bars.len() as f64 * STEP + FOOT
    }

    /// How long the bar of a figure is.
    fn length(&self, figure: f64) -> f64 {
        let (left, right) = (f64::from(self.decades.0), f64::from(self.decades.1));
        let exponent = figure.max(1e-3).log10();
        LONGEST * (exponent - left) / (right - left)
    }

    fn draw(&self, svg: &mut String, left: f64, top: f64) {
        let (title, unit) = (self.workload.title(), self.workload.unit());
        let heading = format!("{title} <tspan class=\"unit\">{unit}</tspan>");
        element(svg, "heading", left, top + 13.0, &heading);
        let (axis, first) = (left + NAMES, top + HEADING);
        let last = first + self.bars.len() as f64 * STEP;
        for decade in self.decades.0..=self.decades.1 {
            let x = axis + self.length(10f64.powi(decade));
            line(
                svg,
                &format!(
                    "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{first:.1}\" x2=\"{x:.1}\" y2=\"{last:.1}\"/>"
                ),
            );
        }
        for (place, (name, figure)) in self.bars.iter().enumerate() {
            self.draw_bar(svg, axis, first + place as f64 * STEP, name, figure);
        }
    }

    fn draw_bar(&self, svg: &mut String, axis: f64, top: f64, name: &str, figure: &Figure) {
        let class = class(name);
        let (length, baseline) = (self.length(figure.median), top + BAR - 1.0);
        text(svg, &format!("name {class}"), axis - 6.0, baseline, name);
        line(
            svg,
            &format!(
                "<rect class=\"{class}\" x=\"{axis:.1}\" y=\"{top:.1}\" width=\"{length:.1}\" height=\"{BAR}\" rx=\"1\"/>"
            ),
        );
        let mark = if figure.in_class { "" } else { "*" };
        let label = format!("{}{mark}", Format(figure.median));
        text(
            svg,
            &format!("figure {class}"),
            axis + length + 5.0,
            baseline,
            &label,
        );
    }
}

fn class(name: &str) -> &'static str {
    if ours::ALL.iter().any(|spargio| spargio.name() == name) {
        "ours"
    } else if name == Bound.name() {
        "bound"
    } else {
        "rival"
    }
}

/// Text as it is.
fn text(svg: &mut String, class: &str, x: f64, y: f64, text: &str) {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    element(svg, class, x, y, &escaped);
}

/// Text that may have elements in it.
fn element(svg: &mut String, class: &str, x: f64, y: f64, inner: &str) {
    line(
        svg,
        &format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{inner}</text>"),
    );
}

fn line(svg: &mut String, line: &str) {
    writeln!(svg, "{line}").expect("a string takes all");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples::{absent, in_class, out_of_class, report};

    fn drawing() -> String {
        let fan = |name, nanos| in_class(Workload::Fan, name, nanos);
        draw(&report(vec![
            fan("kameo", 31_400.0),
            fan("kameo", 31_400.0),
            fan("bound", 10.0),
            fan("bound", 10.0),
            fan("spargio-queue", 31.4),
            fan("spargio-queue", 31.4),
            absent(Workload::Fan, "none"),
            out_of_class(Workload::Idle, "a<b", 314.0),
        ]))
    }

    /// The text of elements of a class.
    fn texts(svg: &str, class: &str) -> Vec<String> {
        let is_of = |line: &&str| line.starts_with("<text") && line.contains(class);
        let inner = |line: &str| {
            line.split(['>', '<'])
                .nth(2)
                .unwrap_or_default()
                .to_string()
        };
        svg.lines().filter(is_of).map(inner).collect()
    }

    /// The widths of bars.
    fn widths(svg: &str) -> Vec<f64> {
        let bars = svg.lines().filter(|line| line.starts_with("<rect class"));
        let width = |line: &str| {
            line.split("width=\"")
                .nth(1)?
                .split('"')
                .next()?
                .parse()
                .ok()
        };
        bars.map(|line| width(line).expect("a bar has a width"))
            .collect()
    }

    #[test]
    fn figures_can_be_read_back() {
        let svg = drawing();
        assert_eq!(
            texts(&svg, "\"name")[..3],
            ["bound", "spargio-queue", "kameo"]
        );
        assert_eq!(texts(&svg, "\"figure")[..3], ["10.0", "31.4", "31,400"]);
        assert_eq!(texts(&svg, "\"figure ours"), ["31.4"]);
        assert!(!svg.contains("none"));
    }

    #[test]
    fn ten_times_the_figure_is_always_as_much_longer() {
        let widths = widths(&drawing());
        let decade = LONGEST / 5.0; // from 1 to 100,000
        assert!((widths[0] - decade).abs() < 0.2, "{widths:?}");
        assert!(
            (widths[2] - widths[1] - 3.0 * decade).abs() < 0.2,
            "{widths:?}"
        );
        assert!(
            widths.iter().all(|width| (1.0..=LONGEST).contains(width)),
            "{widths:?}"
        );
    }

    #[test]
    fn it_is_well_formed_and_has_a_background() {
        let svg = drawing();
        assert!(svg.contains("fill=\"#ffffff\""));
        assert!(svg.contains("a&lt;b"));
        for name in ["text", "svg", "style", "title", "tspan"] {
            let opened = svg.matches(&format!("<{name}")).count();
            assert_eq!(opened, svg.matches(&format!("</{name}>")).count(), "{name}");
        }
    }
}
