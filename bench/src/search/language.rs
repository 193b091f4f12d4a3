//! Words that are used as often as words are: a few in nearly every message, most of them hardly
//! ever (Zipf). The common ones are real, the others are put together of syllables that are.

use super::random::Random;

/// Words of each language.
const WORDS: usize = 30_000;

const ENGLISH: &str = "the to I a and it is you of that in we for on this have be with was are not \
    can but so at just if they do as or like will what one my there would think all from about an \
    get me your good know time up out now no when more some how work see need here make meeting \
    thanks today test server room build message people should could also which problem release \
    tomorrow question change page code week start call screen sound camera file link error update \
    version search team customer review deploy design branch merge schedule office lunch coffee";
const ENGLISH_PARTS: &str = "al an ar be ca co con cor de den dis el en er es fa fer for gen gra ha \
    im in inter ju ker la li lo ma me ment mi mo mul na ne no nor o ob or pa per pi po pre pro ra re \
    ri ro sa se sha si so sta sub su ta te ter the ti tion to tra tri u un ur va ven ver vi vo wa wi";
const ENGLISH_ENDS: &[&str] = &["", "", "", "s", "ed", "ing", "er", "ly", "ness", "able"];

const KOREAN: &str = "저 그 이거 제 오늘 내일 회의 지금 그거 우리 시간 확인 감사 생각 문제 다음 그냥 \
    혹시 때문 정도 사람 회사 자료 파일 일정 내용 프로젝트 서버 오류 수정 배포 코드 화면 메시지 링크 \
    점심 커피 주말 금요일 월요일 오전 오후 회의록 고객 요청 검토 디자인 발표 보고서 테스트 결과 버전 \
    업데이트 채팅 전화 이메일 담당자 계약 예산 계획 팀장 부장 사무실 출근 퇴근 휴가 연락 공유 준비 진행";
const KOREAN_PARTS: &str = "가 각 간 감 강 개 거 건 검 경 계 고 공 과 관 교 구 국 군 권 규 금 기 김 나 남 \
    내 노 농 단 달 담 당 대 도 동 두 등 라 락 력 로 론 료 류 리 마 만 말 매 면 명 모 목 무 문 물 미 민 박 반 \
    발 방 배 백 법 변 병 보 복 본 부 분 비 사 산 상 생 서 석 선 설 성 세 소 속 손 송 수 술 승 시 식 신 실 심 \
    안 약 양 어 업 여 역 연 영 예 오 온 외 용 우 운 원 월 위 유 육 음 의 이 인 일 임 입 자 작 장 재 저 적 전 \
    점 정 제 조 종 주 준 중 지 직 진 질 집 차 참 처 천 청 체 초 추 출 측 치 타 통 특 파 판 평 표 품 하 학 한 \
    합 해 행 향 현 형 호 화 확 환 활 회 효 후 휴";
const PARTICLES: &[&str] = &[
    "",
    "",
    "",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "에",
    "에서",
    "으로",
    "도",
    "만",
    "의",
    "까지",
    "부터",
    "하고",
    "이랑",
    "했어요",
    "합니다",
    "할게요",
    "하면",
    "해서",
    "입니다",
    "인데요",
    "네요",
];

/// The words of one language, the most used first.
pub(super) struct Language {
    words: Vec<String>,
    /// How often a word or one before it is used, as a share of all.
    until: Vec<f64>,
    endings: &'static [&'static str],
}

impl Language {
    pub(super) fn english() -> Self {
        Self::new(ENGLISH, ENGLISH_PARTS, ENGLISH_ENDS, &[""])
    }

    pub(super) fn korean() -> Self {
        Self::new(KOREAN, KOREAN_PARTS, &[""], PARTICLES)
    }

    fn new(common: &str, parts: &str, ends: &[&str], endings: &'static [&'static str]) -> Self {
        let mut random = Random::new(common.len() as u64);
        let mut words: Vec<String> = common.split_whitespace().map(str::to_owned).collect();
        let parts: Vec<&str> = parts.split_whitespace().collect();
        while words.len() < WORDS {
            let count = 2 + usize::from(random.is_in(40));
            let mut word: String = (0..count).map(|_| random.pick(&parts)).collect();
            word.push_str(random.pick(ends));
            words.push(word);
        }
        let weights = (0..words.len()).map(|rank| 1.0 / (rank as f64 + 2.7));
        let all: f64 = weights.clone().sum();
        let mut sum = 0.0;
        let until = weights
            .map(|weight| {
                sum += weight / all;
                sum
            })
            .collect();
        Self {
            words,
            until,
            endings,
        }
    }

    /// A word without an ending, as likely as it is used.
    pub(super) fn word(&self, random: &mut Random) -> &str {
        let share = random.share();
        let rank = self.until.partition_point(|until| *until < share);
        self.ranked(rank)
    }

    /// A word whose rank is within these.
    pub(super) fn between(&self, from: usize, to: usize, random: &mut Random) -> &str {
        self.ranked(from + random.below(to.saturating_sub(from)))
    }

    /// A word as it is written in a sentence.
    pub(super) fn spoken(&self, random: &mut Random) -> String {
        let word = self.word(random);
        format!("{word}{}", random.pick(self.endings))
    }

    fn ranked(&self, rank: usize) -> &str {
        let rank = rank.min(self.words.len().saturating_sub(1));
        self.words.get(rank).map_or("", String::as_str)
    }
}
