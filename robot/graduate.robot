*** Settings ***
Documentation       A bug's whole life in a git repository, with the installed ``behave`` and ``bugcapture``.
Resource            commands.resource
Test Setup          Make A Repository
Test Teardown       Remove The Project


*** Test Cases ***
Captured, Fixed, Graduated, Guarded
    ${result} =    Run In Project    0    behave
    Should End With    ${result.stderr}    bugcapture: 1 expected failure (#7), 0 look fixed, 0 wrong, 0 regressed
    Repair The Shop
    ${result} =    Run In Project    1    behave
    Should Contain    ${result.stderr}    bug 7 looks fixed
    Should Contain    ${result.stderr}    bugcapture graduate 7
    Bugcapture    0    graduate    7
    ${result} =    Run In Project    0    behave
    Should End With    ${result.stderr}    bugcapture: 0 expected failures, 0 look fixed, 0 wrong, 0 regressed
    Git    checkout    --    shop.py
    ${result} =    Run In Project    1    behave
    Should Contain    ${result.stderr}    bug 7 is back

The Diff Is One Tag, And Nothing Else Is Touched
    ${result} =    Bugcapture    0    graduate    7
    Should Be Equal    ${result.stdout}    features/cart.feature:4: removed @tdd_expected_fail
    ${status} =    Git    status    --porcelain    --untracked-files\=all    --ignored
    Should Be Equal    ${status}    ${SPACE}M features/cart.feature
    ${count} =    Git    diff    --numstat
    Should Be Equal    ${count}    1\t1\tfeatures/cart.feature
    ${words} =    Git    diff    --word-diff\=porcelain    --unified\=0
    @{changed} =    Evaluate    [l for l in $words.splitlines() if l[:1] in '+-' and l[:3] not in ('+++', '---')]
    Should Be Equal    ${{ [word.strip() for word in $changed] }}    ${{ ['-@tdd_expected_fail'] }}

Check And Diff Leave The Checkout As It Was
    ${result} =    Bugcapture    1    graduate    7    --check
    Should Be Equal    ${result.stdout}    features/cart.feature:4: @tdd_expected_fail still stands
    ${shown} =    Bugcapture    0    graduate    7    --diff    --quiet
    ${status} =    Git    status    --porcelain    --untracked-files\=all    --ignored
    Should Be Empty    ${status}
    Bugcapture    0    graduate    7
    Bugcapture    0    graduate    7    --check
    ${made} =    Git    diff
    Should Be Equal As Strings    ${{ $made.splitlines()[4:] }}    ${{ [*$shown.stdout.splitlines()[2:]] }}
    ...    msg=The diff that was shown is not the change that was made

JSON
    ${result} =    Bugcapture    0    graduate    7    --format\=json    --diff
    ${document} =    Read JSON    ${result.stdout}    bugcapture.graduate/1
    Should Be Equal    ${document}[written]    ${False}
    Should Be Equal    ${document}[changes][0][path]    features/cart.feature
    Should Be Equal    ${document}[changes][0][lines]    ${{ [4] }}

An Unknown Bug Is A Usage Error
    ${result} =    Bugcapture    2    graduate    99
    Should Contain    ${result.stderr}    bug 99 has no test here
    ${result} =    Bugcapture    2    graduate    ninety-nine
    Should Contain    ${result.stderr}    is no bug number
    ${status} =    Git    status    --porcelain
    Should Be Empty    ${status}


*** Keywords ***
Repair The Shop
    Create File    ${PROJECT}/shop.py    def total(prices):\n${SPACE * 4}return sum(prices)\n
