using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>An operator's order: a silo holds the book of an instrument.</summary>
/// <param name="Symbol">The instrument; books of a group are in one grain and go together.</param>
/// <param name="Silo">A silo's name, its tag, or a role; empty: any silo again.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("book-pin-request")]
public sealed record BookPinRequest(string Symbol, string Silo, string By, string Why)
{
    /// <summary>Longest <see cref="Silo"/>.</summary>
    public const int LongestSilo = 100;
}

/// <summary>A book that an operator has pinned.</summary>
/// <param name="Book">The key of its grain.</param>
/// <param name="Silo">A silo's name, its tag, or a role. There may be no such silo just now.</param>
/// <param name="SinceNanos">Unix nanoseconds.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("book-pin")]
public sealed record BookPin(string Book, string Silo, long SinceNanos, string By, string Why);

/// <content>Where books are held.</content>
public partial interface ICatalogGrain
{
    /// <summary>The books that operators have pinned to silos, by book.</summary>
    [Alias("pins")]
    ValueTask<ImmutableArray<BookPin>> Pins();

    /// <summary>Pins the book of an instrument to a silo, or lets it go. Gives why not, as a sentence, or null.</summary>
    [Alias("set-pin")]
    ValueTask<string?> SetPin(BookPinRequest request);
}
