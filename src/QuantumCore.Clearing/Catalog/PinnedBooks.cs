using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>Books that operators have pinned to silos.</summary>
internal sealed class PinnedBooks(InstrumentListings listings)
{
    private readonly SortedDictionary<string, BookPin> _pins = new(StringComparer.Ordinal);

    /// <summary>The pins, sorted by book.</summary>
    public IReadOnlyCollection<BookPin> All => _pins.Values;

    /// <summary>Pins the book of an instrument to a silo. An empty silo unpins it.</summary>
    public CatalogChange Set(BookPinRequest request, long now)
    {
        if (listings.Find(request.Symbol) is not { } instrument)
        {
            return CatalogChange.Refuse("it is not listed");
        }

        if (request.Silo.Length > BookPinRequest.LongestSilo
            || request.Silo.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter)))
        {
            return CatalogChange.Refuse(
                $"a silo is named by its name, its tag or a role: 1 to {BookPinRequest.LongestSilo} characters without spaces");
        }

        return CatalogChange.Unless(
            (_pins.GetValueOrDefault(instrument.BookKey)?.Silo ?? "") == request.Silo, new BookPinned(now, request));
    }

    /// <summary>Applies a record.</summary>
    public void Apply(BookPinned pinned)
    {
        var request = pinned.Request;
        var book = listings.Get(request.Symbol).BookKey;
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
