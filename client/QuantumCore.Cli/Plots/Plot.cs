namespace QuantumCore.Cli.Plots;

/// <summary>A point of a plot.</summary>
/// <param name="At">Label on the horizontal axis.</param>
/// <param name="Low">Lowest price.</param>
/// <param name="High">Highest price.</param>
/// <param name="Last">Last price.</param>
/// <param name="Volume">Traded quantity.</param>
internal readonly record struct PlotPoint(string At, decimal Low, decimal High, decimal Last, decimal Volume);

/// <summary>A series of prices and volumes, to draw as text or as a picture.</summary>
/// <param name="Title">Title of the plot.</param>
/// <param name="Points">Points in sequence; at least one.</param>
internal sealed record Plot(string Title, IReadOnlyList<PlotPoint> Points)
{
    /// <summary>Lowest price of all.</summary>
    internal decimal Low => Points.Min(static point => point.Low);

    /// <summary>Highest price of all.</summary>
    internal decimal High => Points.Max(static point => point.High);

    /// <summary>
    /// Returns at most a given number of columns, each merged from the points that fall into it; fewer if there are
    /// fewer points.
    /// </summary>
    internal IReadOnlyList<PlotPoint> Columns(int most)
    {
        var count = Math.Min(most, Points.Count);
        var columns = new PlotPoint[count];
        for (var i = 0; i < count; i++)
        {
            var (from, to) = ((int)((long)i * Points.Count / count), (int)((long)(i + 1) * Points.Count / count));
            var column = Points[from];
            for (var k = from + 1; k < to; k++)
            {
                var point = Points[k];
                column = new PlotPoint(
                    column.At, Math.Min(column.Low, point.Low), Math.Max(column.High, point.High), point.Last,
                    column.Volume + point.Volume);
            }

            columns[i] = column;
        }

        return columns;
    }

    /// <summary>
    /// Returns the step of a price, from 0 at the lowest price to <c>steps - 1</c> at the highest. If all prices are
    /// equal, the middle step.
    /// </summary>
    internal int StepOf(decimal price, int steps)
    {
        var (low, high) = (Low, High);
        return high == low
            ? steps / 2
            : (int)Math.Round((price - low) * (steps - 1) / (high - low), MidpointRounding.AwayFromZero);
    }

    /// <summary>Returns the price of a step.</summary>
    internal decimal PriceOf(int step, int steps) => Low + ((High - Low) * step / (steps - 1));
}
