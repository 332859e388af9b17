using System.Globalization;

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
        Span<char> text = stackalloc char[200];
        var length = 0;
        foreach (var sequence in _sequences)
        {
            if (text.Length - length < 21)
            {
                return string.Join(
                    ',', _sequences.Select(static sequence => sequence.ToString(CultureInfo.InvariantCulture)));
            }

            if (length > 0)
            {
                text[length++] = ',';
            }

            sequence.TryFormat(text[length..], out var written, default, CultureInfo.InvariantCulture);
            length += written;
        }

        return new string(text[..length]);
    }
}
