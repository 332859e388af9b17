using System.Globalization;
using System.Text;

namespace QuantumCore.History;

/// <summary>Sequences of a stream's records in a batch that concern one account, in order.</summary>
internal sealed class EventBlock
{
    private readonly List<long> _sequences = new(2);

    /// <summary>First sequence.</summary>
    public long First => _sequences[0];

    /// <summary>Last sequence.</summary>
    public long Last => _sequences[^1];

    /// <summary>Returns the sequences in a stored text.</summary>
    public static IEnumerable<long> Sequences(string text) =>
        text.Split(',').Select(static sequence => long.Parse(sequence, CultureInfo.InvariantCulture));

    public void Add(long sequence) => _sequences.Add(sequence);

    /// <summary>Returns the sequences as <see cref="Sequences"/> reads them.</summary>
    public string Text()
    {
        var text = new StringBuilder(16 * _sequences.Count);
        foreach (var sequence in _sequences)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{sequence}");
        }

        return text.ToString();
    }
}
