using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>Books that operators have pinned to silos.</summary>
public sealed partial class CatalogGrain
{
    private readonly SortedDictionary<string, BookPin> _pins = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<BookPin>> Pins() => AllWhenDurable(_pins.Values);

    /// <inheritdoc/>
    public async ValueTask<string?> SetPin(BookPinRequest request)
    {
        if (!_listed.TryGetValue(request.Symbol, out var definition))
        {
            return "it is not listed";
        }

        if (request.Silo.Length > BookPinRequest.LongestSilo
            || request.Silo.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter)))
        {
            return $"a silo is named by its name, its tag or a role: 1 to {BookPinRequest.LongestSilo} characters without spaces";
        }

        if ((_pins.GetValueOrDefault(definition.Decode().BookKey)?.Silo ?? "") != request.Silo)
        {
            Record(new BookPinned(Now, request));
        }

        await Stream.WhenDurable(Stream.Head);
        return null;
    }

    private void Apply(BookPinned pinned)
    {
        var request = pinned.Request;
        var book = _listed[request.Symbol].Decode().BookKey;
        if (request.Silo.Length == 0)
        {
            _pins.Remove(book);
        }
        else
        {
            _pins[book] = new BookPin(book, request.Silo, pinned.TimeNanos, request.By, request.Why);
        }
    }
}
