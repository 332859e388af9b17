
namespace QuantumCore.Contracts;

/// <summary>An operator's request to pin the book of an instrument to a silo.</summary>
/// <param name="Symbol">The instrument. Books of a group share one grain and move together.</param>
/// <param name="Silo">A silo's name, its tag, or a role; empty to unpin, so that any silo may hold the book.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("book-pin-request")]
public sealed record BookPinRequest(string Symbol, string Silo, string By, string Why)
{
    /// <summary>Maximum length of <see cref="Silo"/>, in characters.</summary>
    public const int LongestSilo = 100;
}

/// <summary>A book that an operator pinned to a silo.</summary>
/// <param name="Book">The key of the book's grain.</param>
/// <param name="Silo">A silo's name, its tag, or a role. Such a silo need not exist now.</param>
/// <param name="SinceNanos">Time of the pin, Unix nanoseconds.</param>
/// <param name="By">Label of the API key that pinned the book.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("book-pin")]
public sealed record BookPin(string Book, string Silo, long SinceNanos, string By, string Why);
