#!/usr/bin/env python3
"""A tree of files as people name them, in many scripts, the same for the same count and seed.

Usage: make_tree.py FOLDER COUNT [SEED]

Every file holds its own number, so that no two have the same content. Folders hold about 200 files, four levels deep.
"""
import os
import random
import sys

# Words of each language: some that people use, and endings that make many more of them.
LANGUAGES = [
    (30, "holiday report photo final draft budget lecture notes music live summer garden kitchen meeting project backup "
         "scan invoice recipe letter map school train river mountain wedding birthday concert interview chapter",
     "", "ing er ed s ly ment ation ness ship land berg field son wood"),
    (8, "Größe Straße Übung Bücher Prüfung Mädchen Frühling Wörterbuch Rechnung Urlaub Schule Zeugnis", "ver be ge an auf",
     "ung heit keit lein chen en er"),
    (8, "été forêt élève château musique chanson leçon cahier fenêtre garçon voyage Noël cœur", "re dé pré", "ment tion eur ère és"),
    (6, "canción niño corazón mañana película árbol jardín montaña fotografía reunión", "des re in", "ción dad mente ito ista"),
    (6, "naïve smörgås København ærlig øl årsmøde hygge båd fjord lærer", "for på ud", "hed else erne ning"),
    (6, "żółw książka świat łódź gęś miłość źródło szkoła zdjęcie", "prze po na", "ość anie ek arz"),
    (8, "книга школа музыка фотография урок письмо весна отчёт проект песня город", "пере при за", "ость ение ник ский"),
    (4, "βιβλίο μουσική σχολείο φωτογραφία άνοιξη θάλασσα μάθημα", "προ ανα", "ία ματα ικός"),
    (4, "كتاب موسيقى مدرسة صورة رسالة جبل بحر درس", "ال م", "ات ون ية"),
    (3, "ספר מוזיקה בית תמונה מכתב שיר ים", "ה ו", "ים ות"),
    (6, "東京 京都 写真 音楽 学校 旅行 会議 報告 資料 映画 春 山 海", "新 大 小", "会 部 集 録"),
    (3, "さくら ノート カメラ メモ アルバム ラジオ", "", "です まで から"),
    (3, "사진 음악 학교 여행 보고서 회의 편지 봄", "새 큰", "들 집 록"),
    (3, "ภาพถ่าย เพลง โรงเรียน เดินทาง รายงาน ประชุม", "", "ใหม่ ใหญ่"),
    (2, "किताब संगीत विद्यालय तस्वीर पत्र", "", "ें ों ी"),
]
EXTENSIONS = (["jpg"] * 30 + ["mp3"] * 14 + ["pdf"] * 12 + ["txt"] * 8 + ["mp4", "docx", "png", "flac", "odt", "zip"] * 4
              + ["mkv", "tar.gz", "csv", "html", "epub", "JPG"] * 2)
FILES_IN_A_FOLDER = 200


class Names:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.words = []
        for share, stems, begins, ends in LANGUAGES:
            stems, begins, ends = stems.split(), [""] + begins.split(), [""] + ends.split()
            made = [b + s + e + again for s in stems for b in begins for e in ends for again in ends]
            made = sorted(set(made))
            self.rng.shuffle(made)
            self.words.append((share, made))
        self.shares = [share for share, _ in self.words]

    def word(self, language):
        made = self.words[language][1]
        return made[int(len(made) ** self.rng.random()) - 1]  # the first ones most

    def name(self, number):
        rng = self.rng
        language = rng.choices(range(len(self.words)), self.shares)[0]
        words = [self.word(language) for _ in range(rng.choice([1, 2, 2, 3, 3, 4, 5]))]
        kind = rng.random()
        if kind < 0.25:
            stem = " ".join(words)
        elif kind < 0.5:
            stem = "_".join(words)
        elif kind < 0.65:
            stem = "".join(w[:1].upper() + w[1:] for w in words)
        elif kind < 0.8:
            stem = "-".join(words) + f" v{rng.randrange(1, 9)}.{rng.randrange(20)}"
        else:
            stem = f"IMG_{rng.randrange(2004, 2026)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02} {words[0]}"
        return f"{stem} {number}.{rng.choice(EXTENSIONS)}"

    def folder(self):
        return "/".join(self.word(self.rng.choices(range(len(self.words)), self.shares)[0]) for _ in range(3))


def main():
    root, count = sys.argv[1], int(sys.argv[2])
    names = Names(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    for first in range(0, count, FILES_IN_A_FOLDER):
        folder = os.path.join(root, names.folder(), str(first // FILES_IN_A_FOLDER))
        os.makedirs(folder)
        at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        for number in range(first, min(first + FILES_IN_A_FOLDER, count)):
            file = os.open(names.name(number), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=at)
            os.write(file, str(number).encode())
            os.close(file)
        os.close(at)


if __name__ == "__main__":
    main()
