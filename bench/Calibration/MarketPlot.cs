using System.Globalization;
using System.Text;

namespace QuantumCore.Bench.Calibration;

/// <summary>Draws two markets side by side, as SVG.</summary>
internal static class MarketPlot
{
    private const int Width = 420;
    private const int Height = 260;
    private const int Margin = 44;
    private const int Points = 120;
    private const string Recorded = "#1659c7";
    private const string Simulated = "#c22f3c";

    /// <summary>Returns six panels: cumulative distributions, and for returns the tail distribution.</summary>
    public static string Draw(MarketStatistics recorded, MarketStatistics simulated)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{3 * Width}\" height=\"{(2 * Height) + 30}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        Legend(svg);
        Panel(svg, 0, "Spread, basis points", 1, 30, recorded.Spreads, simulated.Spreads);
        Panel(svg, 1, "Shares at the best price", 1, 3_000, recorded.Best, simulated.Best);
        Panel(svg, 2, "Shares at the best five prices", 30, 10_000, recorded.Five, simulated.Five);
        Panel(svg, 3, "Seconds until an order is taken out", 0.001, 10_000, recorded.Lifetimes, simulated.Lifetimes);
        Panel(svg, 4, "Shares of a trade", 1, 3_000, recorded.Sizes, simulated.Sizes);
        Tails(svg, 5, recorded.Returns(), simulated.Returns());
        return svg.Append("</svg>\n").ToString();
    }

    private static void Legend(StringBuilder svg)
    {
        var y = (2 * Height) + 18;
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Margin}\" y=\"{y}\" fill=\"{Recorded}\">recorded: AMZN, Nasdaq, 2012-06-21</text>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Margin + 300}\" y=\"{y}\" fill=\"{Simulated}\">simulated</text>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Margin + 420}\" y=\"{y}\" fill=\"#586575\">normal distribution (last panel)</text>\n");
    }

    private static void Panel(
        StringBuilder svg, int panel, string title, double from, double to, IEnumerable<double> recorded,
        IEnumerable<double> simulated)
    {
        Frame(svg, panel, title, from, to, "0", "1");
        Line(svg, panel, Recorded, from, to, CumulativeOf(new Distribution(recorded)));
        Line(svg, panel, Simulated, from, to, CumulativeOf(new Distribution(simulated)));
    }

    /// <summary>Draws the share of returns beyond a multiple of their standard deviation, down to 1/10,000.</summary>
    private static void Tails(StringBuilder svg, int panel, double[] recorded, double[] simulated)
    {
        const double From = 0.5;
        const double To = 12;
        Frame(svg, panel, "Returns of 10 s beyond x standard deviations", From, To, "0.0001", "1");
        Line(svg, panel, Recorded, From, To, TailOf(recorded));
        Line(svg, panel, Simulated, From, To, TailOf(simulated));
        Line(svg, panel, "#586575", From, To, static x => LogHeight(NormalTail(x)));
    }

    private static Func<double, double> CumulativeOf(Distribution values) => x => values.Share(value => value <= x);

    private static Func<double, double> TailOf(double[] returns)
    {
        var all = new Distribution(returns);
        var deviation = all.Deviation;
        return x => LogHeight(all.Share(value => Math.Abs(value) > x * deviation));
    }

    private static double LogHeight(double part) => part < 0.0001 ? 0 : (Math.Log10(part) + 4) / 4;

    /// <summary>Returns both tails of the normal distribution, within 1e-7 (Abramowitz and Stegun 7.1.26).</summary>
    private static double NormalTail(double x)
    {
        var t = 1 / (1 + (0.3275911 * x / Math.Sqrt(2)));
        return t * (0.254829592 + (t * (-0.284496736 + (t * (1.421413741 + (t * (-1.453152027 + (t * 1.061405429))))))))
            * Math.Exp(-x * x / 2);
    }

    private static (double X, double Y) Corner(int panel) => (panel % 3 * Width, panel / 3 * Height);

    private static void Frame(
        StringBuilder svg, int panel, string title, double from, double to, string bottom, string top)
    {
        var (x, y) = Corner(panel);
        svg.Append(
            CultureInfo.InvariantCulture, $"<text x=\"{x + Margin}\" y=\"{y + 20}\" fill=\"#17202b\">{title}</text>\n");
        svg.Append(CultureInfo.InvariantCulture,
            $"<rect x=\"{x + Margin}\" y=\"{y + 30}\" width=\"{Width - (2 * Margin)}\" height=\"{Height - 60}\" fill=\"none\" stroke=\"#8592a3\"/>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{x + Margin - 4}\" y=\"{y + Height - 28}\" text-anchor=\"end\" fill=\"#586575\">{bottom}</text>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{x + Margin - 4}\" y=\"{y + 38}\" text-anchor=\"end\" fill=\"#586575\">{top}</text>\n");
        for (var mark = Math.Pow(10, Math.Ceiling(Math.Log10(from))); mark <= to; mark *= 10)
        {
            var at = x + XOf(mark, from, to);
            svg.Append(CultureInfo.InvariantCulture,
                $"<line x1=\"{at:0.0}\" x2=\"{at:0.0}\" y1=\"{y + 30}\" y2=\"{y + Height - 30}\" stroke=\"#e2e7ee\"/>\n");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{at:0.0}\" y=\"{y + Height - 14}\" text-anchor=\"middle\" fill=\"#586575\">{mark:0.###}</text>\n");
        }
    }

    private static double XOf(double value, double from, double to) =>
        Margin + ((Width - (2 * Margin)) * Math.Log(value / from) / Math.Log(to / from));

    private static void Line(
        StringBuilder svg, int panel, string colour, double from, double to, Func<double, double> height)
    {
        var (x, y) = Corner(panel);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"");
        for (var i = 0; i <= Points; i++)
        {
            var value = from * Math.Pow(to / from, (double)i / Points);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"{x + XOf(value, from, to):0.0},{y + Height - 30 - ((Height - 60) * height(value)):0.0} ");
        }

        svg.Append("\"/>\n");
    }
}
