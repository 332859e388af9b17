using System.Globalization;

namespace QuantumCore.Cli.Plots;

/// <summary>A plot as a picture: prices above, volumes below.</summary>
internal static class PicturePlot
{
    private const int Width = 960;
    private const int Height = 540;
    private const int Left = 120;
    private const int Right = Width - 20;
    private const int Top = 40;
    private const int Bottom = 390;
    private const int VolumeTop = 410;
    private const int VolumeBottom = 500;
    private const int GridLines = 5;

    /// <summary>Returns the plot as the content of a PNG file.</summary>
    internal static byte[] Draw(Plot plot)
    {
        var picture = new Picture(Width, Height);
        var columns = plot.Columns((Right - Left) / 2);
        var decimals = plot.Points.Max(static point => point.Last.Scale);
        picture.Write(Left, 14, plot.Title, Ink.Text);
        for (var i = 0; i < GridLines; i++)
        {
            var y = Bottom - ((Bottom - Top) * i / (GridLines - 1));
            picture.Fill(Left, y, Right, y, Ink.Grid);
            var label = plot.PriceOf(i, GridLines)
                .ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            picture.Write(
                Left - 10 - (label.Length * Picture.CharacterWidth), y - (Picture.CharacterHeight / 2), label,
                Ink.Text);
        }

        var largest = columns.Max(static column => column.Volume);
        for (var i = 0; i < columns.Count; i++)
        {
            var (x, after) = (X(i, columns.Count), X(i + 1, columns.Count));
            var column = columns[i];
            picture.Fill(x, Y(plot, column.High), Math.Max(after - 2, x), Y(plot, column.Low), Ink.Range);
            if (largest > 0)
                picture.Fill(
                    x, VolumeBottom - (int)(column.Volume / largest * (VolumeBottom - VolumeTop)),
                    Math.Max(after - 2, x), VolumeBottom, Ink.Volume);
        }

        for (var i = 1; i < columns.Count; i++)
            picture.Line(
                X(i - 1, columns.Count), Y(plot, columns[i - 1].Last), X(i, columns.Count), Y(plot, columns[i].Last),
                Ink.Line);

        var (first, last) = (columns[0].At, plot.Points[^1].At);
        picture.Write(Left, VolumeBottom + 14, first, Ink.Text);
        picture.Write(Right - (last.Length * Picture.CharacterWidth), VolumeBottom + 14, last, Ink.Text);
        return picture.ToPng();
    }

    private static int X(int column, int count) => Left + (column * (Right - Left) / count);

    private static int Y(Plot plot, decimal price) => Bottom - plot.StepOf(price, Bottom - Top + 1);
}
