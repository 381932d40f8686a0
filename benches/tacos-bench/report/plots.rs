//! The curves as SVG. Text stays text: the viewer brings the font.

use std::ops::Range;
use std::path::Path;

use plotters::prelude::{
    ChartBuilder, Circle, Color, DashedLineSeries, EmptyElement, IntoDrawingArea, IntoLogRange, LineSeries,
    PathElement, RGBColor, SVGBackend, WHITE,
};
use tacos_benches::Outcome;

use super::Figures;

/// Points of one line, and its name.
type Series = (String, Vec<(f64, f64)>);

const SIZE: (u32, u32) = (900, 480);
/// Colours that people who see fewer colours can tell apart (Okabe and Ito).
const COLOURS: [(u8, u8, u8); 8] = [
    (0, 114, 178),
    (213, 94, 0),
    (0, 158, 115),
    (204, 121, 167),
    (230, 159, 0),
    (86, 180, 233),
    (120, 120, 120),
    (0, 0, 0),
];

struct Plot {
    file: &'static str,
    title: &'static str,
    x: &'static str,
    y: &'static str,
    series: Vec<Series>,
    /// What stands at a value of x, if not the number.
    label: fn(f64) -> String,
}

/// Draws what there are figures for; returns file and title of each.
pub(super) fn draw(figures: &Figures, out: &Path) -> Outcome<Vec<(&'static str, &'static str)>> {
    let plots = [throughput(figures), latency(figures), growth(figures)];
    let mut drawn = Vec::new();
    for plot in plots.into_iter().filter(|plot| plot.series.iter().any(|(_, points)| points.len() > 1)) {
        plot.draw(out).map_err(|error| format!("{}: {error}", plot.file))?;
        drawn.push((plot.file, plot.title));
    }
    Ok(drawn)
}

/// The number behind the last blank or equals sign.
fn last_number(text: &str) -> Option<f64> {
    text.rsplit([' ', '=']).next()?.parse().ok()
}

fn throughput(figures: &Figures) -> Plot {
    let ours = |kind: &str| {
        let lines = figures.suite("throughput by in flight").filter(|line| line.setting.starts_with(kind));
        lines.filter_map(|line| last_number(&line.setting).zip(line.median)).collect::<Vec<_>>()
    };
    let mut series = vec![("in memory".to_owned(), ours("memory")), ("durable".to_owned(), ours("durable"))];
    for name in ["floor", "one-owner", "redis", "postgres", "sqlite"] {
        let lines = figures
            .suite("hold-confirm")
            .filter(|line| line.name == name && line.setting.starts_with("durable unique inflight="));
        let points = lines
            .filter_map(|line| last_number(&line.setting).zip(line.median.map(|ns| 1e9 / ns)))
            .collect::<Vec<_>>();
        series.push((format!("{name}, durable"), points));
    }
    Plot {
        file: "throughput.svg",
        title: "Holds and sales a second, by customers in flight",
        x: "in flight",
        y: "hold + confirm a second",
        series,
        label: |value| format!("{value:.0}"),
    }
}

/// Percentiles stand at one over what is beyond them: 99 % at 100.
fn latency(figures: &Figures) -> Plot {
    let mut series: Vec<Series> = Vec::new();
    for line in figures.suite("latency") {
        let Some((name, percentile)) = line.setting.rsplit_once(", p") else { continue };
        let Some((percent, us)) = percentile.parse::<f64>().ok().zip(line.median) else { continue };
        let point = (1.0 / (1.0 - percent / 100.0).max(1e-9), us);
        match series.iter_mut().find(|(known, _)| known == name) {
            Some((_, points)) => points.push(point),
            None => series.push((name.to_owned(), vec![point])),
        }
    }
    Plot {
        file: "latency.svg",
        title: "How long single calls take",
        x: "percentile",
        y: "microseconds",
        series,
        label: |value| format!("{} %", 100.0 - 100.0 / value.max(1.0)),
    }
}

fn growth(figures: &Figures) -> Plot {
    let mut series: Vec<Series> = Vec::new();
    for suite in ["cost by seats", "cost by live holds", "cost by people waiting"] {
        for line in figures.suite(suite) {
            let Some((what, count)) = line.setting.rsplit_once(", ") else { continue };
            let Some(point) = count.parse::<f64>().ok().zip(line.median) else { continue };
            let name = format!("{what} ({})", suite.trim_start_matches("cost "));
            match series.iter_mut().find(|(known, _)| *known == name) {
                Some((_, points)) => points.push(point),
                None => series.push((name, vec![point])),
            }
        }
    }
    Plot {
        file: "growth.svg",
        title: "Cost of an operation, by how much there is",
        x: "seats, live holds, people waiting",
        y: "nanoseconds",
        series,
        label: |value| format!("{value:.0}"),
    }
}

/// Whole decades around all values, so that the axis has numbers.
fn decades(values: impl Iterator<Item = f64> + Clone) -> Range<f64> {
    let least = values.clone().fold(f64::INFINITY, f64::min).max(1e-3);
    let most = values.fold(least, f64::max);
    let from = 10_f64.powf(least.log10().floor());
    from..10_f64.powf(most.log10().ceil()).max(from * 10.0)
}

/// A little more than all values.
fn range(values: impl Iterator<Item = f64> + Clone) -> Range<f64> {
    let least = values.clone().fold(f64::INFINITY, f64::min).max(1e-3);
    let most = values.fold(least, f64::max);
    least / 1.3..most * 1.3
}

impl Plot {
    fn draw(&self, out: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let path = out.join(self.file);
        let area = SVGBackend::new(&path, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let points = || self.series.iter().flat_map(|(_, points)| points.iter());
        let (xs, ys) = (range(points().map(|point| point.0)), decades(points().map(|point| point.1)));
        let (chart_area, legend) = area.split_horizontally(SIZE.0 - 290);
        let mut chart = ChartBuilder::on(&chart_area)
            .caption(self.title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(42)
            .y_label_area_size(72)
            .build_cartesian_2d(xs.log_scale(), ys.log_scale())?;
        chart
            .configure_mesh()
            .x_desc(self.x)
            .y_desc(self.y)
            .x_label_formatter(&|value| (self.label)(*value))
            .y_label_formatter(&|value| format!("{value}"))
            .light_line_style(RGBColor(240, 240, 240))
            .draw()?;
        let drawn = self.series.iter().filter(|(_, points)| !points.is_empty());
        for (at, (name, points)) in drawn.enumerate() {
            let (red, green, blue) = COLOURS[at % COLOURS.len()];
            let colour = RGBColor(red, green, blue);
            let line = colour.stroke_width(2);
            // When the colours are used up they come again, dashed.
            let is_dashed = at >= COLOURS.len();
            if is_dashed {
                chart.draw_series(DashedLineSeries::new(points.iter().copied(), 6, 4, line))?;
            } else {
                chart.draw_series(LineSeries::new(points.iter().copied(), line))?;
            }
            chart.draw_series(
                points.iter().map(|point| EmptyElement::at(*point) + Circle::new((0, 0), 3, colour.filled())),
            )?;
            let y = 48 + 22 * i32::try_from(at)?;
            let strokes: &[[(i32, i32); 2]] =
                if is_dashed { &[[(0, y), (6, y)], [(10, y), (16, y)]] } else { &[[(0, y), (22, y)]] };
            for stroke in strokes {
                legend.draw(&PathElement::new(*stroke, line))?;
            }
            legend.draw_text(name, &("sans-serif", 13).into(), (30, y - 6))?;
        }
        area.present()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacos_benches::results::{Line, OURS};

    #[test]
    fn a_plot_has_its_lines_and_says_what_they_are() {
        let line = |setting: &str, rate| Line::of("throughput by in flight", setting, "op/s", &[rate]);
        let figures = Figures(vec![
            line("memory, in flight 1", 1e6),
            line("memory, in flight 4096", 2e6),
            Line::of("hold-confirm", "durable unique inflight=16", "ns/op", &[1e4]).named("redis"),
            Line::of("latency", "hold, in memory, p99.9", "us", &[2.0]).named(OURS),
        ]);
        let folder = tempfile::tempdir().expect("a folder");
        let drawn = draw(&figures, folder.path()).expect("drawn");
        assert_eq!(drawn.len(), 1, "one point is no line: {drawn:?}");
        let svg = std::fs::read_to_string(folder.path().join("throughput.svg")).expect("a file");
        for text in ["in memory", "redis, durable", "in flight", "<polyline"] {
            assert!(svg.contains(text), "{text} is missing");
        }
    }
}
