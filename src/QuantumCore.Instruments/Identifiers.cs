using System.Globalization;

namespace QuantumCore.Instruments;

/// <summary>An account's number. Customers start at 1000; 0 is the outside world, 1 the fee pot, 3 the insurance fund, 4 interest, 5 what rounding leaves, 6 withdrawals and 7 transfers on their way, 8 the house.</summary>
/// <remarks>Shown and accepted on every wire as <c>ACC-12345</c>.</remarks>
public readonly record struct AccountId(long Value)
{
    /// <summary>The outside world: bank, custodian, issuer. Its balances are what was paid in, negated.</summary>
    public static readonly AccountId World = new(0);

    /// <summary>The fee pot.</summary>
    public static readonly AccountId Fees = new(1);

    /// <summary>Between the sides of what settles: nothing of any asset, settled and pending together; settled, the cash of fails alone.</summary>
    public static readonly AccountId Clearing = new(2);

    /// <summary>The insurance fund: fees of liquidations, less the deficits that it paid.</summary>
    public static readonly AccountId Insurance = new(3);

    /// <summary>Interest and borrow fees.</summary>
    public static readonly AccountId Interest = new(4);

    /// <summary>What rounding leaves of what an issuer pays to its holders.</summary>
    public static readonly AccountId Rounding = new(5);

    /// <summary>The house's own capital: what is lost when an insurance fund is empty.</summary>
    public static readonly AccountId House = new(8);

    /// <summary>Withdrawals that are neither paid nor refused yet.</summary>
    public static readonly AccountId Payout = new(6);

    /// <summary>Transfers between accounts that are on their way.</summary>
    public static readonly AccountId Transit = new(7);

    /// <summary>The lowest number a customer's account can have.</summary>
    public const long FirstCustomer = 1000;

    /// <summary>The highest number an account can have (15 decimal digits, exact in every JSON reader).</summary>
    public const long Last = 999_999_999_999_999;

    private const string Prefix = "ACC-";

    /// <summary>Whether this is a customer's account and may trade.</summary>
    public bool IsCustomer => Value is >= FirstCustomer and <= Last;

    /// <summary>Reads <c>ACC-12345</c>; anything else, leading zeros and house accounts included, is refused.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AccountId account)
    {
        account = default;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var digits = text[Prefix.Length..];
        if (digits.Length is 0 or > 15 || digits[0] == '0' ||
            !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ||
            number < FirstCustomer)
        {
            return false;
        }

        account = new AccountId(number);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Value}");
}

/// <summary>
/// The private identity of an order: the account and the number the account's own journal stream gave it.
/// It exists before the book has seen the order; the book assigns the public order id later.
/// </summary>
/// <param name="Account">The owner.</param>
/// <param name="Number">1, 2, 3 … counted by the account; never reused.</param>
public readonly record struct OrderKey(AccountId Account, long Number)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Account}#{Number}");
}

/// <summary>The rules of a client order id (FIX tag 11, ClOrdID).</summary>
public static class ClientOrderId
{
    /// <summary>The longest client order id, in characters.</summary>
    public const int MaxLength = 36;

    /// <summary>The rule as a sentence for people.</summary>
    public const string Rule = "1 to 36 printable ASCII characters without spaces and slashes; not '.' and not '..'.";

    /// <summary>
    /// Whether the text is 1 to 36 printable ASCII characters without spaces and slashes of either kind, and neither
    /// <c>.</c> nor <c>..</c>.
    /// </summary>
    /// <remarks>
    /// A name is a segment of a path: with a slash or as a dot segment it would be folded into the path of another
    /// call on its way, the mass cancel among them.
    /// </remarks>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxLength && text.IndexOfAnyExceptInRange('!', '~') < 0 &&
        text.IndexOfAny('/', '\\') < 0 && text is not ("." or "..");
}
