using System.Globalization;
using System.Text;

namespace QuantumCore.Cli.Plots;

/// <summary>A plot in ASCII: each column's range and last price, with volumes below.</summary>
internal static class TextPlot
{
    private const int Height = 15;
    private const int LabelEvery = 7;
    private const string Volumes = " .:-=+*#";

    /// <summary>Returns the lines of the plot, up to the given width.</summary>
    internal static string Draw(Plot plot, int width)
    {
        var decimals = plot.Points.Max(static point => point.Last.Scale);
        string Label(decimal price) =>
            price.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var margin = Math.Max(Label(plot.High).Length, Label(plot.Low).Length) + 1;
        var columns = plot.Columns(Math.Max(width - margin - 2, 1));
        var text = new StringBuilder().Append(plot.Title).Append('\n');
        for (var step = Height - 1; step >= 0; step--)
        {
            var label = step % LabelEvery == 0 ? Label(plot.PriceOf(step, Height)) : "";
            text.Append(label.PadLeft(margin)).Append(label.Length > 0 ? " +" : " |");
            foreach (var column in columns)
                text.Append(Mark(plot, column, step));
            EndLine(text);
        }

        var largest = columns.Max(static column => column.Volume);
        text.Append("vol".PadLeft(margin)).Append(" |");
        foreach (var column in columns)
            text.Append(
                largest == 0 ? ' ' : Volumes[(int)Math.Ceiling(column.Volume * (Volumes.Length - 1) / largest)]);
        EndLine(text);
        var (first, last) = (columns[0].At, plot.Points[^1].At);
        return text.Append(' ', margin + 2).Append(first)
            .Append(' ', Math.Max(columns.Count - first.Length - last.Length, 1)).Append(last).ToString();
    }

    private static char Mark(Plot plot, PlotPoint column, int step)
    {
        if (plot.StepOf(column.Last, Height) == step)
            return '*';

        return plot.StepOf(column.Low, Height) <= step && step <= plot.StepOf(column.High, Height) ? ':' : ' ';
    }

    private static void EndLine(StringBuilder text)
    {
        while (text[^1] == ' ')
            text.Length--;
        text.Append('\n');
    }
}
