using System.Globalization;

namespace QuantumCore.Instruments;

/// <summary>
/// An account's number. Customers start at 1000. House accounts are: 0 outside world, 1 fees, 2 clearing, 3 insurance
/// fund, 4 interest, 5 rounding remainders, 6 withdrawals under way, 7 transfers in transit, 8 the house.
/// </summary>
/// <remarks>Written as <c>ACC-12345</c> in every protocol.</remarks>
public readonly record struct AccountId(long Value)
{
    /// <summary>The outside world: bank, custodian, issuer. Its balances are what was paid in, negated.</summary>
    public static readonly AccountId World = new(0);

    /// <summary>The fee account.</summary>
    public static readonly AccountId Fees = new(1);

    /// <summary>
    /// The clearing account, between the two sides of a settlement. Settled and pending together are 0 for each asset.
    /// Settled alone is only the cash of fails.
    /// </summary>
    public static readonly AccountId Clearing = new(2);

    /// <summary>The insurance fund: fees of liquidations, less the deficits it paid.</summary>
    public static readonly AccountId Insurance = new(3);

    /// <summary>Interest and borrow fees.</summary>
    public static readonly AccountId Interest = new(4);

    /// <summary>Rounding remainders of what an issuer pays to its holders.</summary>
    public static readonly AccountId Rounding = new(5);

    /// <summary>The house's own capital: it pays deficits once an insurance fund is empty.</summary>
    public static readonly AccountId House = new(8);

    /// <summary>Withdrawals that are neither paid nor refused yet.</summary>
    public static readonly AccountId Payout = new(6);

    /// <summary>Transfers between accounts in transit.</summary>
    public static readonly AccountId Transit = new(7);

    /// <summary>Lowest number of a customer account.</summary>
    public const long FirstCustomer = 1000;

    /// <summary>Highest number of an account (15 decimal digits, exact in every JSON reader).</summary>
    public const long Last = 999_999_999_999_999;

    private const string Prefix = "ACC-";

    /// <summary>True for a customer account, which may trade.</summary>
    public bool IsCustomer => Value is >= FirstCustomer and <= Last;

    /// <summary>Reads <c>ACC-12345</c>. Rejects anything else, including leading zeros and house accounts.</summary>
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
/// Private identity of an order: the account and the number from the account's own journal stream. It exists before the
/// book has seen the order. The book assigns the public order id later.
/// </summary>
/// <param name="Account">The owner.</param>
/// <param name="Number">1, 2, 3 … counted by the account; never reused.</param>
public readonly record struct OrderKey(AccountId Account, long Number)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Account}#{Number}");
}

/// <summary>Validates client order ids (FIX tag 11, ClOrdID).</summary>
public static class ClientOrderId
{
    /// <summary>Maximum length of a client order id, in characters.</summary>
    public const int MaxLength = 36;

    /// <summary>The rule in words for error messages: a text is not this.</summary>
    public const string Rule = "1 to 36 printable ASCII characters without space and slash, other than '.' and '..'";

    /// <summary>
    /// Returns true for 1 to 36 printable ASCII characters without spaces, slashes and backslashes that are neither
    /// <c>.</c> nor <c>..</c>.
    /// </summary>
    /// <remarks>
    /// The id is a segment of a URL path. With a slash, or as a dot segment, it would change the path into that of
    /// another call, such as the mass cancel.
    /// </remarks>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxLength && text.IndexOfAnyExceptInRange('!', '~') < 0 &&
        text.IndexOfAny('/', '\\') < 0 && text is not ("." or "..");
}
